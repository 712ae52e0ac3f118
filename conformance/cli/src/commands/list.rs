//! `nanorig list`: the words that scenarios and the command line use.

use std::collections::BTreeMap;

use nanorig_checks::Check;
use nanorig_dut::{CAPABILITIES, CallSpec, Hand, Named, ParamKind, Vocabulary};
use nanorig_report::span;
use nanorig_trace::event::SOURCES;

use crate::args::Listing;
use crate::exit::Exit;
use crate::stdio;
use crate::vocabulary::vocabulary;

pub(crate) fn run(what: Listing) -> miette::Result<Exit> {
    let words = vocabulary();
    let mut out = String::new();
    match what {
        Listing::Profiles => table(&mut out, &words.profiles),
        Listing::Personas => table(&mut out, &words.personas),
        Listing::Quirks => quirks(&mut out, &words),
        Listing::Certificates => table(&mut out, &words.certificates),
        Listing::Roots => table(&mut out, &words.roots),
        Listing::Requirements => {
            let marked = |named: &Named| {
                let mark = if Check::of(&named.name).is_some() { "checked " } else { "        " };
                Named { name: named.name.clone(), summary: format!("{mark} {}", named.summary) }
            };
            table(&mut out, &words.requirements.iter().map(marked).collect::<Vec<_>>());
        }
        Listing::Actions => calls(&mut out, words.calls.iter().filter(|spec| spec.hand == Hand::Device)),
        Listing::Stimuli => calls(&mut out, words.calls.iter().filter(|spec| spec.hand != Hand::Device)),
        Listing::Events => events(&mut out),
        Listing::Capabilities => table(
            &mut out,
            &CAPABILITIES
                .iter()
                .map(|spec| Named { name: spec.name.into(), summary: spec.summary.into() })
                .collect::<Vec<_>>(),
        ),
        Listing::Ports => ports(&mut out),
    }
    stdio::out(&out)?;
    Ok(Exit::Passed)
}

fn table(out: &mut String, rows: &[Named]) {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in rows {
        out.push_str(&format!("{:width$}  {}\n", row.name, row.summary));
    }
}

/// Quirks below the family of the first requirement in the catalogue that they fail. That a device does not get up follows
/// from much else, and tells the least about a quirk.
fn quirks(out: &mut String, words: &Vocabulary) {
    let mut fails: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for requirement in &words.requirements {
        for quirk in nanorig_rig::quirks_that_fail(&requirement.name) {
            fails.entry(quirk).or_default().push(&requirement.name);
        }
    }
    let mut families: BTreeMap<&str, Vec<&Named>> = BTreeMap::new();
    for quirk in &words.quirks {
        let ids = fails.get(quirk.name.as_str()).map_or(&[][..], Vec::as_slice);
        let telling = ids.iter().find(|id| !id.starts_with("BOOT-")).or(ids.first());
        let family = telling.and_then(|id| id.split('-').next()).unwrap_or("others");
        families.entry(family).or_default().push(quirk);
    }
    for (family, mut quirks) in families {
        quirks.sort_by(|a, b| a.name.cmp(&b.name));
        let space = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{space}{family}\n"));
        for quirk in quirks {
            out.push_str(&format!("  {}: {}\n", quirk.name, quirk.summary));
            if let Some(ids) = fails.get(quirk.name.as_str()) {
                out.push_str(&format!("      fails {}\n", ids.join(", ")));
            }
        }
    }
}

fn calls<'a>(out: &mut String, specs: impl Iterator<Item = &'a &'static CallSpec>) {
    for spec in specs {
        out.push_str(&format!("{}: {}\n    {}\n", spec.hand.key(), spec.name, spec.summary));
        for param in spec.params {
            let need = if param.required { ", required" } else { "" };
            out.push_str(&format!("      {:18}{}{need}. {}\n", param.name, kind(&param.kind), param.doc));
        }
        let lasting = spec.params.iter().any(|param| matches!(param.kind, ParamKind::Lasting { .. }));
        let besides = if lasting { " besides what its parameters make it last" } else { "" };
        out.push_str(&format!(
            "      within            {} unless the step says otherwise{besides}\n",
            span(spec.within)
        ));
        for (name, doc) in spec.results {
            out.push_str(&format!("      -> {name:15}{doc}\n"));
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
        ParamKind::Duration | ParamKind::Lasting { .. } => "time such as 30s".into(),
        ParamKind::Size { min, max } => format!("size such as 4KiB, {} to {}", bytes(*min), bytes(*max)),
        ParamKind::Date => "date such as 2026-03-01T12:00:00Z".into(),
        ParamKind::Address => "IPv4 address".into(),
        ParamKind::Choice(words) => words.join(" | "),
        ParamKind::Json => "any value".into(),
        ParamKind::Texts => "list of texts".into(),
        ParamKind::Map => "map".into(),
    }
}

/// A size in the largest unit that gives a whole number.
fn bytes(size: u64) -> String {
    let units = [(1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole = units.iter().find(|(unit, _)| size > 0 && size.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{size}B"), |(unit, name)| format!("{}{name}", size / unit))
}

fn events(out: &mut String) {
    for (source, specs) in SOURCES {
        for spec in *specs {
            out.push_str(&format!("{source}: {}\n    {}\n", spec.name, spec.doc.trim()));
            for field in spec.fields {
                out.push_str(&format!("      {:18}{}\n", field.name, field.doc.trim()));
            }
        }
    }
}

/// Ports that the simulated cloud and network answer on.
fn ports(out: &mut String) {
    for (port, service) in [
        ("53/udp, 53/tcp", "DNS"),
        ("67/udp", "DHCP"),
        ("123/udp", "NTP"),
        ("8883/tcp", "MQTT over TLS: IoT Hub and DPS"),
    ] {
        out.push_str(&format!("{port:16}{service}\n"));
    }
}
