//! The scenario files from C: each becomes plain lines, which a C program runs against the library.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::examples;
use crate::shell::{Count, build_dir, cargo, run};

/// The program that runs them.
pub const SOURCE: &str = "ffi-c/tests/c/scenario.c";
/// `TBK_INLINE` and `TBK_EVENT_CLOCK`.
const FLAGS: u32 = 1 | 8;
/// `TBK_LIVE`.
const LIVE: u32 = 2;
/// `TBK_ERROR_REFUSED`, `TBK_ERROR_INVALID_VALUE` and `TBK_ERROR_UNKNOWN_INSTRUMENT`.
const STATUSES: [(&str, i32); 3] = [
    ("refused", -6),
    ("InvalidValue", -3),
    ("UnknownInstrument", -4),
];

/// Runs every scenario from C.
///
/// # Errors
/// When the program cannot be built, or a file cannot be read.
pub fn run_all(root: &Path) -> Result<Count> {
    run(cargo(root).args(["build", "--package", "truebook-c"]))?;
    let program = examples::build(root, "cc", &["-std=c99"], &root.join(SOURCE))?;
    run_by(root, &[program.into_os_string()], 1)
}

/// Runs every `stride`th scenario by `program`, which stands behind what runs it.
///
/// # Errors
/// When a file cannot be read or the program not be started.
pub fn run_by(root: &Path, program: &[OsString], stride: usize) -> Result<Count> {
    let folder = build_dir(root)?.join("scenarios");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut count = Count::default();
    let (first, rest) = program.split_first().context("a program")?;
    for path in files(root)?.into_iter().step_by(stride) {
        let name = path.file_stem().context("a scenario has a name")?;
        let name = name.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path)?;
        let table: Table = text.parse().with_context(|| name.clone())?;
        let config = folder.join(format!("{name}.toml"));
        let lines = folder.join(format!("{name}.txt"));
        std::fs::write(&lines, translate(&table, &config).context(name.clone())?)?;
        let mut command = Command::new(first);
        command
            .args(rest)
            .arg(&lines)
            .arg(folder.join(format!("{name}.db")));
        let ended = command.status()?;
        count.passed += u64::from(ended.success());
        if !ended.success() {
            eprintln!("{name} from C: {ended}");
            count.failed += 1;
        }
    }
    println!(
        "scenarios from C: {} passed, {} failed",
        count.passed, count.failed
    );
    Ok(count)
}

fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join("scenarios"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A scenario as lines of fields between tabs.
fn translate(scenario: &Table, config: &Path) -> Result<String> {
    let open = scenario.get("open").and_then(Value::as_table);
    let of_open = |key| open.and_then(|open| open.get(key)).and_then(Value::as_str);
    let is_paper = of_open("mode") == Some("paper");
    let flags = if is_paper { FLAGS } else { FLAGS | LIVE };
    let mut lines = format!("open\t{flags}\t");
    if let Some(text) = of_open("config") {
        std::fs::write(config, text)?;
        write!(lines, "{}", config.display())?;
    }
    lines.push('\n');
    let steps = scenario.get("step").and_then(Value::as_array);
    for step in steps.into_iter().flatten() {
        let name = step.get("do").and_then(Value::as_str).context("do")?;
        if name == "restart" {
            lines.push_str("restart\n");
            continue;
        }
        let mut args = step
            .get("args")
            .and_then(Value::as_table)
            .cloned()
            .unwrap_or_default();
        // What price and stop say already.
        args.remove("type");
        let (status, texts) = expected(step.get("expect").and_then(Value::as_table))?;
        line(
            &mut lines,
            name,
            &json(&Value::Table(args)),
            (status, &texts),
        )?;
    }
    for (kind, all) in scenario
        .get("final")
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
    {
        translate_final(&mut lines, kind, all)?;
    }
    Ok(lines)
}

fn line(
    lines: &mut String,
    name: &str,
    args: &str,
    (status, texts): (i32, &[String]),
) -> Result<()> {
    write!(lines, "call\t{name}\t{args}\t{status}")?;
    for text in texts {
        write!(lines, "\t{text}")?;
    }
    lines.push('\n');
    Ok(())
}

/// The status that a call ends with, and texts that it says.
fn expected(expect: Option<&Table>) -> Result<(i32, Vec<String>)> {
    let Some(expect) = expect else {
        return Ok((0, Vec::new()));
    };
    let status = |name: &str| {
        let found = STATUSES.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, status)| *status)
            .with_context(|| format!("status {name}"))
    };
    if let Some(refused) = expect.get("refused").and_then(Value::as_str) {
        return Ok((status("refused")?, vec![refused.to_owned()]));
    }
    if let Some(error) = expect.get("error").and_then(Value::as_str) {
        let says = expect.get("says").and_then(Value::as_str);
        return Ok((
            status(error)?,
            says.map(str::to_owned).into_iter().collect(),
        ));
    }
    let texts = expect.iter().map(|(key, value)| match key.as_str() {
        "returns" => found(value),
        key => format!("\"{key}\":{}", found(value)),
    });
    Ok((0, texts.collect()))
}

fn translate_final(lines: &mut String, kind: &str, all: &Value) -> Result<()> {
    let all = all.as_table().context("a table of what must stand")?;
    if kind == "portfolio" {
        return line(lines, kind, "{}", (0, &attributes(kind, all)));
    }
    for (key, wanted) in all {
        let (rest, account) = key.split_once('#').unwrap_or((key, "default"));
        let (first, strategy) = rest
            .split_once('@')
            .map_or((rest, None), |(a, b)| (a, Some(b)));
        let strategy = strategy.map_or("null".to_owned(), |name| format!("\"{name}\""));
        let args = match kind {
            "position" => {
                format!(
                    "{{\"symbol\":\"{first}\",\"account\":\"{account}\",\"strategy\":{strategy}}}"
                )
            }
            "balance" => format!("{{\"currency\":\"{first}\",\"account\":\"{account}\"}}"),
            "order" => format!("{{\"client_order_id\":\"{key}\"}}"),
            "strategy" => format!("{{\"name\":\"{key}\"}}"),
            "state" => format!("{{\"key\":\"{key}\"}}"),
            other => bail!("unknown final table {other}"),
        };
        let wanted = wanted.as_table().context("a table of attributes")?;
        let texts = match (kind, wanted.get("value")) {
            ("state", Some(value)) => vec![json(value)],
            _ => attributes(kind, wanted),
        };
        line(lines, kind, &args, (0, &texts))?;
    }
    Ok(())
}

/// Every attribute that must stand, as the result shows it; a position's quantity is signed.
fn attributes(kind: &str, wanted: &Table) -> Vec<String> {
    let mut texts = Vec::new();
    for (key, value) in wanted {
        let is_signed = kind == "position" && key == "qty";
        let key = if is_signed { "signed_qty" } else { key };
        match value.as_table() {
            Some(inner) => texts.extend(attributes("", inner)),
            None => texts.push(format!("\"{key}\":{}", found(value))),
        }
    }
    texts
}

/// A value as a result shows it: decimals in their shortest text, what is absent as null.
fn found(value: &Value) -> String {
    match value.as_str() {
        Some("absent") => "null".to_owned(),
        Some(text) => format!("\"{}\"", shortest(text)),
        None => json(value),
    }
}

fn shortest(text: &str) -> String {
    let is_number = text.contains('.')
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.".contains(c));
    if is_number {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

/// TOML as JSON text.
fn json(value: &Value) -> String {
    let each = |values: Vec<String>| values.join(",");
    if let Some(text) = value.as_str() {
        return format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    if let Some(table) = value.as_table() {
        let pairs = table
            .iter()
            .map(|(key, value)| format!("\"{key}\":{}", json(value)));
        return format!("{{{}}}", each(pairs.collect()));
    }
    if let Some(array) = value.as_array() {
        return format!("[{}]", each(array.iter().map(json).collect()));
    }
    value.to_string()
}
