use crate::Verdict;
use crate::testing::{DEVICE, GATEWAY, NTP_A, NTP_B, Story};

#[test]
fn fifteen_seconds_pass_and_less_fails() {
    for (second, verdict) in [(15.0, Verdict::Fail), (16.0, Verdict::Pass)] {
        let mut story = starts(&[2.0, 4.5, 3.1]);
        story.at(301.0).ntp_asks(NTP_A, 1).at(301.5).ntp_asks(NTP_B, 2);
        story.at(300.0 + second).ntp_asks(NTP_A, 3);
        story.expect("SNTP-04", verdict);
    }
}

#[test]
fn one_half_alone_is_inconclusive() {
    let mut story = Story::new();
    story.at(1.0).ntp_asks(NTP_A, 1).at(31.0).ntp_asks(NTP_A, 2);
    story.expect("SNTP-04", Verdict::Inconclusive);
    let mut story = Story::new();
    for (index, delay) in (0_u32..).zip([2.0, 4.5, 3.1]) {
        let start = f64::from(index) * 10.0;
        story.at(start).boot("reset").at(start + delay).ntp_asks(NTP_A, 1);
    }
    story.expect("SNTP-04", Verdict::Inconclusive);
    Story::new().expect("SNTP-04", Verdict::Inconclusive);
}

/// Starts whose first request comes this long after the address.
fn starts(delays: &[f64]) -> Story {
    let mut story = Story::new();
    for (index, delay) in (0u32..).zip(delays) {
        let start = f64::from(index) * 100.0;
        story.at(start).boot("reset").at(start + 2.0).address(DEVICE, GATEWAY);
        story.at(start + 2.0 + delay).ntp_asks(NTP_A, 1);
    }
    story
}

#[test]
fn first_requests_at_random_times_pass() {
    starts(&[2.0, 4.5, 3.1]).expect("SNTP-04", Verdict::Pass);
}

#[test]
fn first_requests_at_the_same_time_fail() {
    let together = [2.0, 2.4, 2.1, 2.2, 2.3, 2.05, 2.15, 2.25, 2.35, 2.45];
    starts(&together).expect("SNTP-04", Verdict::Fail);
    let mut apart = together;
    apart[9] = 2.5;
    starts(&apart).expect("SNTP-04", Verdict::Pass);
    // Nine random delays come together once in a while.
    starts(&together[..9]).expect("SNTP-04", Verdict::Inconclusive);
    starts(&[2.0, 4.5]).expect("SNTP-04", Verdict::Inconclusive);
}
