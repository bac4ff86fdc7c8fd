//! Arrows only downward, and a third-party crate behind one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Finding, Source};

/// Each crate's folder, and the crates of ours that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("store", &["truebook-core"]),
    ("runtime", &["truebook-core", "truebook-store"]),
    ("service", &["truebook", "truebook-store"]),
    ("ffi-python", &["truebook", "truebook-service"]),
    ("ffi-c", &["truebook"]),
    ("loom-tests", &["truebook-core"]),
    ("benches", &["truebook", "truebook-core", "truebook-store"]),
    ("simulation", &["truebook-core"]),
    ("crash", &["truebook", "truebook-core", "truebook-store"]),
    ("fuzz", &["truebook", "truebook-c", "truebook-simulation"]),
    ("xtask", &[]),
];
/// Crates that are attributes, derives or the subject of a whole crate.
const ANYWHERE: &[&str] = &["borsh", "serde", "clap", "pyo3", "anyhow", "syn", "loom"];
/// Crates that a whole folder is about.
const SUBJECTS: &[(&str, &str)] = &[("store", "rusqlite")];
/// Folders that name crates freely: tests of concurrency and of speed, and the tasks.
const FREE: &[&str] = &["loom-tests", "benches", "xtask"];

/// The broken rules of all files together.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, allowed) in LAYERS {
        let path = Path::new(folder).join("Cargo.toml");
        let Some(manifest) = sources.iter().find(|source| source.path == path) else {
            continue;
        };
        let names = dependencies(&manifest.text);
        let ours = names.iter().filter(|name| name.starts_with("truebook"));
        for name in ours.filter(|name| !allowed.contains(&name.as_str())) {
            let rule = format!("{folder} may not use {name}: arrows only downward");
            findings.push(Finding::new(&path, 0, rule));
        }
        if !FREE.contains(folder) {
            findings.extend(one_file_each(sources, folder, &names));
        }
    }
    findings
}

fn dependencies(manifest: &str) -> BTreeSet<String> {
    let Ok(table) = manifest.parse::<toml::Table>() else {
        return BTreeSet::new();
    };
    let found = table.get("dependencies").and_then(toml::Value::as_table);
    found
        .into_iter()
        .flat_map(|names| names.keys().cloned())
        .collect()
}

fn one_file_each(sources: &[Source], folder: &str, names: &BTreeSet<String>) -> Vec<Finding> {
    let within = Path::new(folder).join("src");
    let mut homes: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with(&within))
    {
        let code = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for name in names.iter().filter(|name| !name.starts_with("truebook")) {
            let word = name.replace('-', "_");
            if uses(code, &word) && source.path.file_stem().is_none_or(|stem| stem != "tests") {
                homes.entry(name).or_default().push(&source.path);
            }
        }
    }
    homes
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !ANYWHERE.contains(name))
        .filter(|(name, _)| !SUBJECTS.contains(&(folder, name)))
        .flat_map(|(name, files)| {
            let rule = format!("{name} enters {folder} at more than one file");
            files
                .into_iter()
                .map(move |file| Finding::new(file, 0, rule.clone()))
        })
        .collect()
}

/// Whether code names the crate `word`, as `use word` or `word::`.
fn uses(code: &str, word: &str) -> bool {
    let path = format!("{word}::");
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(&path).any(|(at, _)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_arrow_upward_is_found() {
        let manifest = "[dependencies]\ntruebook.workspace = true\n";
        assert_eq!(check(&[source("store/Cargo.toml", manifest)]).len(), 1);
        assert_eq!(check(&[source("service/Cargo.toml", manifest)]).len(), 0);
    }

    #[test]
    fn a_crate_behind_two_files_is_found() {
        let manifest = source(
            "store/Cargo.toml",
            "[dependencies]\nzstd.workspace = true\nrusqlite.workspace = true\n",
        );
        let first = source("store/src/a.rs", "use zstd::Decoder;\nuse rusqlite::Row;\n");
        let second = source(
            "store/src/b.rs",
            "fn f() -> zstd::A {}\nuse rusqlite::Row;\n",
        );
        let comment = source("store/src/c.rs", "// zstd::x\n");
        assert_eq!(check(&[manifest, first, second, comment]).len(), 2);
    }
}
