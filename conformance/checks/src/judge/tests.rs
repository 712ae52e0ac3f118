use nanorig_trace::event::RunEvent;

use super::*;
use crate::testing::{Story, hello};

fn verdicts(story: &mut Story) -> Vec<(String, Verdict)> {
    judge(story.trace()).into_iter().map(|judged| (judged.id, judged.verdict)).collect()
}

fn of(id: &str, verdicts: &[(String, Verdict)]) -> Option<Verdict> {
    verdicts.iter().find(|(known, _)| known == id).map(|(_, verdict)| *verdict)
}

#[test]
fn what_is_asked_for_comes_first_and_once() {
    let mut story = Story::new();
    story.requires("TLS-ROOT-01").requires("DNS-02").requires("TLS-ROOT-01").at(1.0).good_session();
    let verdicts = verdicts(&mut story);
    assert_eq!(verdicts[0], ("TLS-ROOT-01".into(), Verdict::Pass));
    assert_eq!(verdicts[1], ("DNS-02".into(), Verdict::Inconclusive));
    assert_eq!(verdicts.iter().filter(|(id, _)| id == "TLS-ROOT-01").count(), 1);
    // What holds always speaks unasked, where it has something to say.
    assert_eq!(of("TLS-VER-01", &verdicts), Some(Verdict::Pass));
    assert_eq!(of("TLS-CHAIN-01", &verdicts), None);
    assert_eq!(of("TLS-CLOSE-01", &verdicts), None);
}

#[test]
fn an_unclaimed_capability_makes_it_not_applicable() {
    let mut story = Story::new();
    story.requires("TLS-ROOT-01").requires("DNS-02").at(1.0).good_session();
    story.trace().header.dut.capabilities = vec!["tls13".into()];
    let judged = judge(story.trace());
    assert_eq!(judged[0].verdict, Verdict::Pass, "one of tls12 and tls13 is enough");
    assert_eq!(judged[1].verdict, Verdict::NotApplicable);
    assert_eq!(judged[1].finding.summary, "the device does not claim net.dns");
}

#[test]
fn a_recommendation_that_is_not_followed_is_a_warning() {
    let mut story = Story::new();
    let mut weak = hello();
    weak.cipher_suites.push(0x000a);
    let conn = story.requires("TLS-CIPHER-02").open("hub");
    story.hello(conn, &weak);
    let judged = judge(story.trace());
    assert_eq!(judged[0].verdict, Verdict::PassWithWarning);
    assert_eq!(judged[0].finding.verdict, Verdict::Fail);
}

#[test]
fn unknown_and_unchecked_ids_are_told_apart() {
    let mut story = Story::new();
    story.requires("TLS-NONE-99").requires("COAP-CON-01");
    let judged = judge(story.trace());
    assert_eq!(judged[0].verdict, Verdict::Error);
    assert!(judged[0].requirement.is_none());
    assert_eq!(
        (judged[1].verdict, judged[1].finding.summary.as_str()),
        (Verdict::Inconclusive, "not checked yet")
    );
}

#[test]
fn a_step_that_could_not_be_done_makes_what_it_provokes_not_applicable() {
    let mut story = Story::new();
    story.requires("DNS-02").requires("METHOD-01");
    story.skipped(3, "dns.answer", "this bench has no DNS server");
    let judged = judge(story.trace());
    assert_eq!(judged[0].verdict, Verdict::NotApplicable);
    assert!(judged[0].finding.summary.ends_with("step 3: this bench has no DNS server"), "{judged:?}");
    assert_eq!(judged[1].verdict, Verdict::Inconclusive, "DNS has nothing to do with methods");
}

#[test]
fn lost_evidence_takes_back_a_pass_and_not_a_failure() {
    let mut story = Story::new();
    story.requires("TLS-ROOT-01").at(1.0).good_session();
    story.event(RunEvent::HarnessError { message: "the capture is full".into() });
    assert_eq!(of("TLS-ROOT-01", &verdicts(&mut story)), Some(Verdict::Inconclusive));
    let conn = story.at(2.0).open("hub");
    story.certificate(conn, "good", "g2").tls_refused(conn, Some("bad_certificate"));
    assert_eq!(of("TLS-ROOT-01", &verdicts(&mut story)), Some(Verdict::Fail));
}

#[test]
fn a_parameter_that_cannot_be_read_is_the_harness_failing() {
    let mut story = Story::new();
    story.requires("DNS-06").parameter("dns_rate", "often");
    let judged = judge(story.trace());
    assert_eq!(judged[0].verdict, Verdict::Error);
    assert!(judged[0].finding.summary.contains("dns_rate"), "{judged:?}");
}

#[test]
fn evidence_is_for_reading() {
    for (sessions, told) in [(21, "(and 1 more record like these)"), (25, "(and 5 more records like these)")]
    {
        let mut story = Story::new();
        story.requires("TLS-ROOT-01");
        for _ in 0..sessions {
            story.good_session();
        }
        let judged = judge(story.trace());
        assert_eq!(judged[0].finding.evidence.len(), EVIDENCE_LIMIT);
        assert!(judged[0].finding.summary.ends_with(told), "{judged:?}");
    }
}

#[test]
fn verdicts_are_written_for_machines() {
    let mut story = Story::new();
    story.requires("TLS-ROOT-01").at(1.0).good_session();
    let text = serde_json::to_string(&judge(story.trace())[0]).expect("plain data is written");
    assert!(text.starts_with(r#"{"id":"TLS-ROOT-01","verdict":"pass","finding":{"verdict":"pass","evidence":[{"record":3,"t_us":1000000,"#), "{text}");
}
