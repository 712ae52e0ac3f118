//! Did-you-mean.

/// The word of `known` that `typed` most likely meant, if any is near.
pub fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed_lower = typed.to_lowercase();
    let score = |word: &'a str| {
        let distance = strsim::damerau_levenshtein(&typed_lower, &word.to_lowercase());
        // A missing or exchanged part of a dotted name is a common slip, so a shared part counts.
        let shares_part = word.split(['.', '-']).any(|part| part.len() > 3 && typed_lower.contains(part));
        let limit = (typed.chars().count().max(word.chars().count()) / 3).max(1);
        (distance <= limit || shares_part && distance <= limit + 4).then_some((distance, word))
    };
    known.into_iter().filter_map(score).min().map(|(_, word)| word)
}

/// A help line for an unknown word: the near one, or all of them when they are few.
pub(crate) fn help(typed: &str, known: &[&str], list_command: &str) -> String {
    if let Some(word) = closest(typed, known.iter().copied()) {
        return format!("did you mean `{word}`?");
    }
    if let [only] = known {
        return format!("the only one is `{only}`");
    }
    if known.len() <= 16 {
        return format!("use one of {}", list(known));
    }
    if list_command.is_empty() {
        return format!("known are {}", list(known));
    }
    format!("`{list_command}` shows all {} of them", known.len())
}

/// Words in back quotes, separated by commas.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["telemetry.send", "twin.get", "hub.open", "dps.register"];
        assert_eq!(closest("telemetry.sent", known), Some("telemetry.send"));
        assert_eq!(closest("dps.regsiter", known), Some("dps.register"));
        assert_eq!(closest("register", known), Some("dps.register"));
        assert_eq!(closest("frobnicate", known), None);
    }
}
