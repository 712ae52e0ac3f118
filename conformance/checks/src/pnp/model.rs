//! Model ids.

use nanorig_wire::dps::RegisterBody;

use crate::View;

/// The DTMI grammar of DTDL: `dtmi:` segments with `:` between them, `;` and a version.
pub(super) fn is_dtmi(text: &str) -> bool {
    let Some((path, version)) = text.strip_prefix("dtmi:").and_then(|rest| rest.split_once(';')) else {
        return false;
    };
    let segment = |segment: &str| {
        segment.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !segment.ends_with('_')
    };
    let number = |digits: &str| {
        !digits.starts_with('0')
            && (1..=9).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    // DTDL 3 allows a minor version.
    let (major, minor) =
        version.split_once('.').map_or((version, None), |(major, minor)| (major, Some(minor)));
    path.split(':').all(segment) && number(major) && minor.is_none_or(|minor| minor == "0" || number(minor))
}

/// The model id that DPS was told first.
pub(super) fn registered(view: &View<'_>) -> Option<String> {
    let requests = view.connections_to("dps").flat_map(|connection| connection.dps_requests());
    let bodies = requests.filter(|request| request.is_register());
    bodies
        .filter_map(|request| {
            RegisterBody::from_json(&request.publish.payload).ok()?.model_id().map(str::to_owned)
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_dtdl() {
        for good in ["dtmi:com:example:Thermostat;1", "dtmi:a;1", "dtmi:a_b:_c1;12", "dtmi:com:Example;1.2"] {
            assert!(is_dtmi(good), "{good}");
        }
        for bad in [
            "",
            "dtmi:com:example:Thermostat",
            "dtmi:;1",
            "dtmi:1a;1",
            "dtmi:a_;1",
            "dtmi:a;0",
            "urn:a;1",
            "dtmi:a b;1",
        ] {
            assert!(!is_dtmi(bad), "{bad}");
        }
    }
}
