//! `network: dns.answer` makes the DNS server answer differently.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_world::lan::dns::Answer;

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "dns.answer",
    summary: "Says how the DNS server answers from now on.",
    params: &[
        Param {
            name: "how",
            kind: ParamKind::Choice(&[
                "normal",
                "nxdomain",
                "servfail",
                "silence",
                "truncate",
                "spoof",
                "everything",
                "alias",
                "dead-first",
            ]),
            required: true,
            doc: "`truncate` answers in full over TCP only, `spoof` sends false answers first, `everything` leads every name to `address`, `alias` puts three CNAMEs before `host`, `dead-first` puts `address`, where nobody is, before a name's own addresses.",
        },
        Param {
            name: "host",
            kind: ParamKind::Text,
            required: false,
            doc: "Only for this name. Default: every name.",
        },
        Param {
            name: "server",
            kind: ParamKind::Integer { min: 1, max: 4 },
            required: false,
            doc: "Only at this DNS server, in the order in which DHCP names them. Default: at all of them.",
        },
        Param {
            name: "address",
            kind: ParamKind::Address,
            required: false,
            doc: "The false address. Default 192.0.2.66.",
        },
        Param {
            name: "for",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long; then normal again. Default: until changed.",
        },
    ],
    results: &[],
    needs: Some("net.dns"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let address =
        args.text("address").and_then(|text| text.parse().ok()).unwrap_or(Ipv4Addr::new(192, 0, 2, 66));
    let host = args.text("host").map(str::to_owned);
    let server = match args.integer("server").map(|number| dns_server(&stage, number)) {
        Some(None) => return failed("unknown-host", "there is no such DNS server"),
        server => server.flatten(),
    };
    let dns = stage.network.dns.clone();
    let answer = match args.text("how").unwrap_or("normal") {
        "nxdomain" => Answer::NxDomain,
        "servfail" => Answer::ServFail,
        "silence" => Answer::Silence,
        "truncate" => Answer::Truncate,
        "spoof" => Answer::Spoof { address },
        "everything" => Answer::Everything { address },
        "dead-first" => Answer::Preceded { address },
        "alias" => {
            let Some(host) = host else { return failed("arguments", "`alias` needs `host`") };
            return alias(&stage, &host);
        }
        _ => Answer::Zone,
    };
    let set = move |answer: Option<Answer>| match (&host, server) {
        (Some(host), _) => dns.set_answer_for(host, answer),
        (None, Some(server)) => {
            dns.set_answer_at(server, answer);
            Ok(())
        }
        (None, None) => {
            dns.set_answer(answer.unwrap_or(Answer::Zone));
            Ok(())
        }
    };
    if let Err(error) = set(Some(answer)) {
        return failed("arguments", error.to_string());
    }
    if let Some(span) = args.duration("for") {
        let clock = stage.world.clock;
        tokio::spawn(async move {
            clock.sleep(span).await;
            set(None).expect("the name was accepted before");
        });
    }
    done()
}

/// Where the DNS server of this number is; numbers begin with 1.
fn dns_server(stage: &Stage, number: i64) -> Option<Ipv4Addr> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    stage.network.dhcp.settings().dns.get(index).copied()
}

/// The name becomes the first of a chain of aliases, as cloud front ends have them.
fn alias(stage: &Stage, host: &str) -> Outcome {
    let Some(address) = stage.network.address_of(host) else {
        return failed("unknown-host", format!("no host `{host}` here"));
    };
    let dns = &stage.network.dns;
    let chain = [format!("front.{host}"), format!("region-1.{host}"), format!("node-17.{host}")];
    let made = dns
        .set_cname(host, &chain[0])
        .and_then(|()| dns.set_cname(&chain[0], &chain[1]))
        .and_then(|()| dns.set_cname(&chain[1], &chain[2]))
        .and_then(|()| dns.set_a(&chain[2], &[address]));
    match made {
        Ok(()) => done(),
        Err(error) => failed("arguments", error.to_string()),
    }
}
