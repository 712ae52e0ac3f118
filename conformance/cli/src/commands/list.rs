//! `nanorig list`: the words that scenarios and the command line use.

use nanorig_checks::Check;
use nanorig_dut::{CAPABILITIES, CallSpec, Hand, Named, ParamKind};
use nanorig_trace::event::SOURCES;

use crate::args::Listing;
use crate::exit::Exit;
use crate::vocabulary::vocabulary;

pub(crate) fn run(what: Listing) -> miette::Result<Exit> {
    let words = vocabulary();
    match what {
        Listing::Profiles => table(&words.profiles),
        Listing::Personas => table(&words.personas),
        Listing::Quirks => table(&words.quirks),
        Listing::Certificates => table(&words.certificates),
        Listing::Roots => table(&words.roots),
        Listing::Requirements => {
            let marked = |named: &Named| {
                let mark = if Check::of(&named.name).is_some() { "checked " } else { "        " };
                Named { name: named.name.clone(), summary: format!("{mark} {}", named.summary) }
            };
            table(&words.requirements.iter().map(marked).collect::<Vec<_>>());
        }
        Listing::Actions => calls(words.calls.iter().filter(|spec| spec.hand == Hand::Device)),
        Listing::Stimuli => calls(words.calls.iter().filter(|spec| spec.hand != Hand::Device)),
        Listing::Events => events(),
        Listing::Capabilities => table(
            &CAPABILITIES
                .iter()
                .map(|spec| Named { name: spec.name.into(), summary: spec.summary.into() })
                .collect::<Vec<_>>(),
        ),
        Listing::Ports => ports(),
    }
    Ok(Exit::Passed)
}

fn table(rows: &[Named]) {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in rows {
        println!("{:width$}  {}", row.name, row.summary);
    }
}

fn calls<'a>(specs: impl Iterator<Item = &'a &'static CallSpec>) {
    for spec in specs {
        println!("{}: {}\n    {}", spec.hand.key(), spec.name, spec.summary);
        for param in spec.params {
            let need = if param.required { ", required" } else { "" };
            println!("      {:18}{}{need}. {}", param.name, kind(&param.kind), param.doc);
        }
        for (name, doc) in spec.results {
            println!("      -> {name:15}{doc}");
        }
    }
}

fn kind(kind: &ParamKind) -> String {
    match kind {
        ParamKind::Text => "text".into(),
        ParamKind::Flag => "true or false".into(),
        ParamKind::Integer { min, max } => format!("{min} to {max}"),
        ParamKind::Number => "number".into(),
        ParamKind::Share => "share such as 5%".into(),
        ParamKind::Duration => "time such as 30s".into(),
        ParamKind::Size => "size such as 4KiB".into(),
        ParamKind::Date => "date such as 2026-03-01T12:00:00Z".into(),
        ParamKind::Address => "IPv4 address".into(),
        ParamKind::Choice(words) => words.join(" | "),
        ParamKind::Json => "any value".into(),
        ParamKind::Texts => "list of texts".into(),
        ParamKind::Map => "map".into(),
    }
}

fn events() {
    for (source, specs) in SOURCES {
        for spec in *specs {
            println!("{source}: {}\n    {}", spec.name, spec.doc.trim());
            for field in spec.fields {
                println!("      {:18}{}", field.name, field.doc.trim());
            }
        }
    }
}

/// Ports that the simulated cloud and network answer on.
fn ports() {
    for (port, service) in [
        ("53/udp, 53/tcp", "DNS"),
        ("67/udp", "DHCP"),
        ("123/udp", "NTP"),
        ("8883/tcp", "MQTT over TLS: IoT Hub and DPS"),
    ] {
        println!("{port:16}{service}");
    }
}
