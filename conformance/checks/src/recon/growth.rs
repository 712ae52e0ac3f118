//! Which kind of back-off a series of delays comes from.
//!
//! Delays are random on purpose, so the question is one of likelihood: each family says from which span the n-th
//! delay is drawn (constant: always the same one; linear: n times as long; exponential: 2^n times as long, up to a
//! cap), the best span of each family is found, and the family that explains the delays best wins. A few delays
//! prove little: another family must explain them far better than the exponential one before a device is blamed.

use std::time::Duration;

/// Delays shorter than this are no delays.
const NO_DELAY: f64 = 0.3;
/// Fewer delays show no growth.
const LEAST: usize = 3;

/// What a series of delays looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Too few delays.
    Unknown,
    /// There are none to speak of.
    None,
    /// About the same each time.
    Constant,
    /// The same amount more each time.
    Linear,
    /// Doubling exactly: devices that lost a server together come back together.
    StrictExponential,
    /// Growing by a factor, with a random part; or so few delays that nothing else is clear.
    Exponential,
}

impl Growth {
    /// For people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::None => "no delay",
            Self::Constant => "constant",
            Self::Linear => "linear",
            Self::StrictExponential => "exponential without randomness",
            Self::Exponential => "exponential with randomness",
        }
    }

    /// Classifies delays in the order of the attempts.
    pub(crate) fn of(delays: &[Duration]) -> Self {
        Self::of_all(&[delays])
    }

    /// Classifies several series of one device, each from its first delay on.
    pub(crate) fn of_all(series: &[&[Duration]]) -> Self {
        let series: Vec<Vec<f64>> =
            series.iter().map(|delays| delays.iter().map(Duration::as_secs_f64).collect()).collect();
        let longest = series.iter().map(Vec::len).max().unwrap_or(0);
        let all: Vec<f64> = series.iter().flatten().copied().collect();
        if all.len() >= 2 && all.iter().all(|delay| *delay < NO_DELAY) {
            return Self::None;
        }
        if longest < LEAST {
            return Self::Unknown;
        }
        if let [only] = &series[..]
            && let Some(exact) = exact(only)
        {
            return exact;
        }
        let constant = fit(&series, |_| 1.0, false);
        let linear = fit(&series, |n| n, false);
        let exponential = fit(&series, |n| 2_f64.powf(n - 1.0), true);
        let (family, score) =
            if constant >= linear { (Self::Constant, constant) } else { (Self::Linear, linear) };
        if score > exponential + clearly(all.len()).ln() { family } else { Self::Exponential }
    }
}

/// How much more likely than the exponential family another one must be, by the number of delays. With these
/// fewer than one device in a hundred that backs off as it should is blamed, and of eight delays on hardly any.
fn clearly(delays: usize) -> f64 {
    match delays {
        0..=6 => 100.0,
        _ => 50.0,
    }
}

/// Delays without a random part are what they look like.
fn exact(delays: &[f64]) -> Option<Growth> {
    /// What time-outs and the way over the network add.
    const NOISE: f64 = 0.03;
    let (least, most) =
        (delays.iter().copied().fold(f64::INFINITY, f64::min), delays.iter().copied().fold(0.0, f64::max));
    let about = |a: f64, b: f64| (a - b).abs() <= NOISE * a.max(b);
    if most - least <= NOISE * most {
        return Some(Growth::Constant);
    }
    // Three delays may lie like this by chance.
    if delays.len() < 4 {
        return None;
    }
    let pairs = || delays.windows(2).map(|pair| (pair[0], pair[1]));
    let step = delays[1] - delays[0];
    if step > NOISE * most && pairs().all(|(a, b)| (b - a - step).abs() <= NOISE * most) {
        return Some(Growth::Linear);
    }
    let factor = delays[1] / delays[0].max(1e-3);
    // At the cap growth ends.
    let grown = pairs().take_while(|(a, b)| about(*b, a * factor)).count();
    let strict =
        factor > 1.2 && grown >= 3 && pairs().skip(grown).all(|(a, b)| b < a * factor && about(b, most));
    strict.then_some(Growth::StrictExponential)
}

/// A cap that comes before three doublings leaves nothing that grows.
const CAP_OVER_SCALE: f64 = 8.0;

/// The logarithm of the largest likelihood of delays `offset + scale * law(n) * [share, 1]`, over a grid of offsets,
/// shares and caps.
fn fit(series: &[Vec<f64>], law: impl Fn(f64) -> f64, capped: bool) -> f64 {
    let all = || series.iter().flatten().copied();
    let (least, most) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let mut best = f64::NEG_INFINITY;
    for offset in [0.0, least * 0.5, least * 0.9] {
        let points: Vec<(f64, f64)> = series
            .iter()
            .flat_map(|delays| {
                delays.iter().enumerate().map(|(n, delay)| (law(n as f64 + 1.0), *delay - offset))
            })
            .collect();
        // A cap shows where delays stop growing: at the largest one, or a little above it.
        let caps = [f64::INFINITY, (most - offset) * 1.0005, (most - offset) * 1.1];
        for cap in caps.into_iter().take(if capped { 3 } else { 1 }) {
            for share in [0.0, 0.2, 0.45, 0.7, 0.9] {
                best = best.max(likelihood(&points, share, cap));
            }
        }
    }
    best
}

/// The likelihood with the best scale. It is one that some delay needs: with a cap, delays from some place on need none.
fn likelihood(points: &[(f64, f64)], share: f64, cap: f64) -> f64 {
    let mut scales: Vec<f64> = Vec::new();
    let mut largest = 1e-3_f64;
    for (law, delay) in points {
        largest = largest.max(delay / law);
        scales.push(largest);
    }
    scales.dedup();
    if cap.is_infinite() {
        scales = vec![largest];
    }
    let score = |scale: f64| {
        if cap.is_finite() && cap < CAP_OVER_SCALE * scale {
            return f64::NEG_INFINITY;
        }
        let mut score = 0.0;
        for (law, delay) in points {
            let top = (scale * law).min(cap);
            let bottom = top * share;
            if *delay < bottom * 0.999 || *delay > top * 1.001 {
                return f64::NEG_INFINITY;
            }
            // Nothing is known more exactly than to some milliseconds.
            score -= (top - bottom).max(0.05 + top * 0.03).ln();
        }
        score
    };
    scales.into_iter().map(score).fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator: the tests want the same thousand devices each time.
    struct Dice(u64);

    impl Dice {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    const DEVICES: u64 = 1_000;

    /// How many of a thousand devices are classified as `wanted`.
    fn count(length: i32, wanted: &[Growth], mut delay: impl FnMut(&mut Dice, f64) -> f64) -> usize {
        let mut dice = Dice(DEVICES);
        let device = |_| {
            let delays: Vec<Duration> =
                (1..=length).map(|n| Duration::from_secs_f64(delay(&mut dice, f64::from(n)))).collect();
            Growth::of(&delays)
        };
        (0..DEVICES).map(device).filter(|growth| wanted.contains(growth)).count()
    }

    /// One second and a random part whose bound doubles up to 100 s.
    fn full_jitter(dice: &mut Dice, n: f64) -> f64 {
        1.0 + dice.unit() * 2_f64.powf(n).min(100.0)
    }

    #[test]
    fn a_device_that_backs_off_is_not_blamed() {
        for (length, least) in [(3, 980), (4, 980), (5, 985), (6, 990), (8, 999), (12, 1_000), (16, 1_000)] {
            let right = count(length, &[Growth::Exponential], full_jitter);
            assert!(right >= least, "{right} of 1000 with {length} delays");
            let azure = |dice: &mut Dice, n: f64| 2_f64.powf(n - 1.0).min(100.0) + dice.unit() * 5.0;
            let right = count(length, &[Growth::Exponential], azure);
            assert!(right >= least, "{right} of 1000 with {length} delays and additive randomness");
            let equal = |dice: &mut Dice, n: f64| 2_f64.powf(n).min(60.0) * (0.5 + dice.unit() * 0.5);
            let right = count(length, &[Growth::Exponential], equal);
            assert!(right >= least, "{right} of 1000 with {length} delays and equal randomness");
        }
    }

    #[test]
    fn constant_delays_are_found_more_often_the_more_there_are() {
        let constant = |dice: &mut Dice, _: f64| 5.0 + dice.unit() * 10.0;
        let blamed = [Growth::Constant, Growth::Linear];
        for (length, least) in [(5, 400), (6, 700), (8, 960), (12, 960)] {
            let found = count(length, &blamed, constant);
            assert!(found >= least, "{found} of 1000 with {length} delays");
        }
        let linear = |dice: &mut Dice, n: f64| 10.0 * n * (0.8 + dice.unit() * 0.4);
        let found = count(12, &blamed, linear);
        assert!(found >= 850, "{found} of 1000 linear ones with 12 delays");
    }

    #[test]
    fn delays_without_randomness_are_what_they_look_like() {
        let series =
            |delays: &[u64]| Growth::of(&delays.iter().map(|s| Duration::from_secs(*s)).collect::<Vec<_>>());
        assert_eq!(series(&[10, 10, 10, 10]), Growth::Constant);
        assert_eq!(series(&[2, 4, 6, 8, 10]), Growth::Linear);
        assert_eq!(series(&[1, 2, 4, 8, 16]), Growth::StrictExponential);
        assert_eq!(series(&[1, 2, 4, 8, 16, 32, 64, 100, 100, 100]), Growth::StrictExponential);
        assert_eq!(series(&[0, 0]), Growth::None);
        assert_eq!(series(&[1, 9]), Growth::Unknown);
    }
}
