//! Time spans as people say them.

use std::time::Duration;

/// A time span in the two units that matter, the lesser one only where it adds something.
#[must_use]
pub fn span(span: Duration) -> String {
    let millis = span.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", span.as_secs_f64()),
        60_000..3_600_000 => both(millis / 60_000, "min", millis / 1_000 % 60, "s"),
        _ => both(millis / 3_600_000, "h", millis / 60_000 % 60, "min"),
    }
}

fn both(large: u128, unit: &str, small: u128, lesser_unit: &str) -> String {
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {lesser_unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_well() {
        assert_eq!(span(Duration::from_millis(41)), "41 ms");
        assert_eq!(span(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(span(Duration::from_secs(190)), "3 min 10 s");
        assert_eq!(span(Duration::from_secs(172_744)), "47 h 59 min");
        assert_eq!(span(Duration::from_secs(172_800)), "48 h");
    }
}
