//! Rules on lines and names.

use super::{Finding, Source};

const LINE_MAX: usize = 100;
const FILE_MAX: usize = 400;

/// The broken rules of one file.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line, rule: &str| findings.push(Finding::new(&source.path, line, rule));
    let ending = source.path.extension().and_then(|ending| ending.to_str());
    let is_code = matches!(
        ending,
        Some("rs" | "py" | "pyi" | "c" | "h" | "hpp" | "cpp")
    );
    // Spelled apart, so that this file does not find itself.
    let unfinished = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    let machine = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
    ];
    for (index, line) in source.text.lines().enumerate() {
        let number = index + 1;
        if is_code && line.chars().count() > LINE_MAX {
            find(number, "a line has at most 100 characters");
        }
        if unfinished.iter().any(|word| line.contains(word)) {
            find(number, "finish it, or write it down in docs/limitations.md");
        }
        if machine.iter().any(|path| line.contains(path)) {
            find(number, "no path of a machine");
        }
    }
    let stem = source.path.file_stem().and_then(|stem| stem.to_str());
    let vague = [
        "util", "utils", "helper", "helpers", "manager", "common", "misc",
    ];
    if is_code && stem.is_some_and(|stem| vague.contains(&stem)) {
        find(0, "a file is a singular noun, named after its main type");
    }
    let lines = source
        .text
        .lines()
        .take_while(|line| *line != "#[cfg(test)]");
    let is_test = source
        .path
        .components()
        .any(|part| part.as_os_str() == "tests");
    let is_rust_test = stem == Some("tests");
    if is_code
        && !matches!(ending, Some("h" | "pyi"))
        && !is_test
        && !is_rust_test
        && lines.count() > FILE_MAX
    {
        find(0, "a file has at most 400 lines without its tests");
    }
    if ending == Some("rs") && !source.text.starts_with("//!") {
        find(1, "a file begins with //! and its job");
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.into(),
            text: text.to_owned(),
        };
        check(&source).into_iter().map(|found| found.rule).collect()
    }

    #[test]
    fn each_rule_finds_its_planted_fault() {
        assert!(rules("core/src/ok.rs", "//! A job.\n").is_empty());
        let long = format!("//! {}\n", "x".repeat(100));
        let tall = format!("//! A job.\n{}", "\n".repeat(400));
        let path = format!("//! {}x\n", concat!("/wo", "rk/"));
        let unfinished = format!("//! {}\n", concat!("TO", "DO"));
        for (name, text) in [
            ("a.rs", long.as_str()),
            ("a.rs", &tall),
            ("a.rs", &path),
            ("a.rs", &unfinished),
            ("utils.rs", "//! A job.\n"),
            ("a.rs", "fn f() {}\n"),
        ] {
            assert_eq!(rules(name, text).len(), 1, "{name}: {text}");
        }
    }
}
