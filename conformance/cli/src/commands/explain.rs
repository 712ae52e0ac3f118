//! `nanorig explain`: everything about one requirement.

use miette::miette;
use nanorig_checks::{Catalogue, Check, Level, Requirement, Run};

use crate::exit::Exit;
use crate::stdio;

pub(crate) fn run(id: &str) -> miette::Result<Exit> {
    let typed = id.to_uppercase();
    let catalogue = Catalogue::get();
    let Some(requirement) = catalogue.find(&typed) else {
        let ids = catalogue.all().iter().map(|requirement| requirement.id.as_str());
        let help = nanorig_scenario::closest(&typed, ids).map_or_else(
            || "`nanorig list requirements` shows all of them".to_owned(),
            |near| format!("did you mean `nanorig explain {near}`?"),
        );
        return Err(miette!(help = help, "there is no requirement `{id}`"));
    };
    stdio::out(&text(requirement))?;
    Ok(Exit::Passed)
}

fn text(requirement: &Requirement) -> String {
    let level = match requirement.level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    };
    let run = match requirement.run {
        Run::Both => "emulated device and boards",
        Run::Simulated => "emulated device first",
        Run::Hardware => "boards",
    };
    let mut out = format!("{} ({level}): {}\n\n", requirement.id, requirement.text);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            out.push_str(&format!("{name:13}{value}\n"));
        }
    };
    row("clause", &requirement.clause);
    row("source", &requirement.source.join(", "));
    row("capability", &requirement.capability.join(", "));
    row("runs on", run);
    row("provoked by", &requirement.provoked_by);
    row("verdict", &requirement.verdict);
    for (name, parameter) in &requirement.parameters {
        row(
            "threshold",
            &format!("{name} = {} {}: {}", parameter.default, parameter.unit, parameter.meaning),
        );
    }
    let checked = Check::of(&requirement.id).is_some();
    row("checked", if checked { "yes" } else { "not yet" });
    // What no check can tell was never shown either: it is what the quirk does, by its description.
    let noun = if checked { "failed by" } else { "broken by" };
    row(noun, &nanorig_rig::quirks_that_fail(&requirement.id).join(", "));
    row("stimuli", &nanorig_rig::stimuli_that_provoke(&requirement.id).join(", "));
    out
}
