use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn the_embedded_files_are_valid_and_complete() {
    let catalogue = Catalogue::parse(FILES).expect("the files are valid");
    assert_eq!(catalogue.all().len(), 292);
    let count =
        |level: Level| catalogue.all().iter().filter(|requirement| requirement.level == level).count();
    assert_eq!((count(Level::Must), count(Level::Should), count(Level::May)), (223, 68, 1));
}

#[test]
fn every_requirement_stands_in_its_family_file_with_whole_sentences() {
    for (file, text) in FILES {
        let family: FamilyFile = toml::from_str(text).expect("the files are valid");
        for requirement in family.requirement {
            let id = &requirement.id;
            assert_eq!(format!("{}.toml", requirement.family().to_lowercase()), **file, "{id}");
            for sentence in [&requirement.text, &requirement.provoked_by, &requirement.verdict] {
                assert!(sentence.ends_with('.'), "{id}: {sentence}");
                assert!(sentence.len() > 12 && sentence.len() < 500, "{id}: {sentence}");
                assert!(sentence.starts_with(|c: char| !c.is_lowercase()), "{id}: {sentence}");
            }
            assert!(!requirement.clause.is_empty(), "{id}");
            assert!(requirement.clause == "best practice" || !requirement.source.is_empty(), "{id}");
        }
    }
}

#[test]
fn thresholds_that_share_a_name_share_their_meaning() {
    let mut known: BTreeMap<&str, &Parameter> = BTreeMap::new();
    for requirement in Catalogue::get().all() {
        for (name, parameter) in &requirement.parameters {
            assert!(parameter.default >= 0.0 && !parameter.meaning.is_empty(), "{name}");
            assert_eq!(*known.entry(name).or_insert(parameter), parameter, "{name} in {}", requirement.id);
        }
    }
}

#[test]
fn thresholds_in_sentences_are_declared() {
    for requirement in Catalogue::get().all() {
        let sentences =
            [&requirement.text, &requirement.provoked_by, &requirement.verdict].map(String::as_str).concat();
        let named: BTreeSet<&str> = sentences
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').expect("braces come in pairs").0)
            .collect();
        for name in named {
            assert!(requirement.parameters.contains_key(name), "{} names {name}", requirement.id);
        }
    }
}

#[test]
fn malformed_files_are_refused_with_their_name() {
    let error = Catalogue::parse(&[("x.toml", "[[requirement]]\nid = 1")]).expect_err("the id is a number");
    assert_eq!(error.to_string(), "requirements/x.toml is malformed");
    let entry = "[[requirement]]\nid = \"A-01\"\nlevel = \"MUST\"\nrun = \"both\"\nclause = \"c\"\ntext = \"t\"\n\
        provoked-by = \"p\"\nverdict = \"v\"\n";
    let twice = format!("{entry}{entry}");
    let error = Catalogue::parse(&[("x.toml", &twice)]).expect_err("the id is taken");
    assert_eq!(error.to_string(), "requirements/x.toml has A-01, which stands elsewhere too");
    let unknown = format!("{entry}colour = \"red\"\n");
    assert!(Catalogue::parse(&[("x.toml", &unknown)]).is_err());
}

#[test]
fn values_are_read_in_their_unit_only() {
    let parameter = |unit| Parameter { default: 1.0, unit, meaning: String::new() };
    let read = |unit, text: &str| parameter(unit).read(&serde_json::Value::from(text)).ok();
    assert_eq!(read(Unit::Seconds, "500ms"), Some(0.5));
    assert_eq!(read(Unit::Seconds, "2h"), Some(7_200.0));
    assert_eq!(read(Unit::Seconds, "2KiB"), None);
    assert_eq!(read(Unit::Bytes, "2KiB"), Some(2_048.0));
    assert_eq!(read(Unit::Share, "15%"), Some(0.15));
    assert_eq!(read(Unit::Count, "5"), Some(5.0));
    assert_eq!(read(Unit::Seconds, "-5s"), None);
    assert_eq!(read(Unit::Seconds, "5 s"), Some(5.0));
    assert_eq!(parameter(Unit::KeepAlives).read(&serde_json::json!(1.5)), Ok(1.5));
    let error = parameter(Unit::Seconds).read(&serde_json::json!(true)).expect_err("not a number");
    assert_eq!(error, "expected a number in s or a text with its unit, found true");
}
