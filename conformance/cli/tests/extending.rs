//! docs/extending.md says what stands in the tree: its excerpts, its tests and its paths are looked up.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::fs;

use binary::root;

/// The page's sections, by their headings.
struct Section {
    heading: String,
    text: String,
}

/// What the table promises a recipe for.
const RECIPES: [&str; 8] = [
    "A check",
    "A quirk",
    "A link fault",
    "A hostile server stimulus",
    "A device action",
    "A profile",
    "A protocol front",
    "A fuzz target",
];

fn page() -> String {
    read("docs/extending.md").expect("the page is there")
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

fn recipes() -> Vec<Section> {
    let page = page();
    let sections = page.split("\n## ").skip(1).map(|section| {
        let (heading, text) = section.split_once('\n').expect("a section has a heading and a text");
        Section { heading: heading.to_owned(), text: text.to_owned() }
    });
    let recipes: Vec<Section> =
        sections.filter(|section| RECIPES.contains(&section.heading.as_str())).collect();
    assert_eq!(recipes.len(), RECIPES.len(), "a recipe is missing or its heading has changed");
    recipes
}

/// Files and texts of the fenced blocks that name a file.
fn excerpts(text: &str) -> Vec<(&str, &str)> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks
        .map(|block| {
            let (info, excerpt) = block.split_once('\n').expect("a block has an info string");
            let (_, file) = info.split_once(" file=").unwrap_or_else(|| panic!("`{info}` names no file"));
            (file, excerpt)
        })
        .collect()
}

/// The odd pieces between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_excerpt_stands_literally_in_the_file_that_it_names() {
    for Section { heading, text } in recipes() {
        let excerpts = excerpts(&text);
        assert!(excerpts.len() >= 2, "{heading}: code and list entry are shown");
        for (file, excerpt) in excerpts {
            let source = read(file).unwrap_or_else(|| panic!("{heading}: {file} is not there"));
            let whole_lines = format!("\n{source}").contains(&format!("\n{excerpt}\n"));
            assert!(whole_lines, "{heading}: this does not stand in {file} any more:\n{excerpt}");
        }
    }
}

#[test]
fn every_recipe_names_tests_that_exist() {
    for Section { heading, text } in recipes() {
        let named = text.split("\n\n").find_map(|paragraph| paragraph.strip_prefix("Exercised by "));
        let words: Vec<&str> = quoted(named.unwrap_or_else(|| panic!("{heading} names no test"))).collect();
        let mut tests = 0;
        for pair in words.windows(2).filter(|pair| pair[1].ends_with(".rs")) {
            let source = read(pair[1]).unwrap_or_else(|| panic!("{heading}: {} is not there", pair[1]));
            let (test, _) = source
                .split_once(&format!("fn {}()", pair[0]))
                .unwrap_or_else(|| panic!("{heading}: {} has no test {}", pair[1], pair[0]));
            let attribute = test.trim_end().trim_end_matches("async").trim_end().lines().last();
            assert!(
                attribute.is_some_and(|line| line.starts_with("#[") || line.trim_start().starts_with("#[")),
                "{heading}: {} is no test: {attribute:?}",
                pair[0]
            );
            tests += 1;
        }
        assert!(tests > 0, "{heading} names no test");
    }
}

#[test]
fn every_path_of_the_page_leads_somewhere() {
    let page = page();
    let folders = ["certs/", "conformance/", "docs/", "fixtures/", "scenarios/", "simulator/", "xtask/"];
    let is_path = |word: &&str| {
        folders.iter().any(|folder| word.starts_with(folder)) && !word.contains(['<', '{', ' ', '\n'])
    };
    let prose: String = page.split("\n```").step_by(2).collect();
    let paths: Vec<&str> = quoted(&prose).filter(is_path).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "{path} is not there");
    }
}
