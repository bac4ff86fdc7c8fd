//! What is installed can be linked: each way that `docs/c.md` names, on programs that then run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::examples::STRICT;
use crate::shell::{Count, build_dir, output, run, target_dir};
use crate::{install, readme, setup};

/// What a C++ program needs no more than.
const BARE: &[&str] = &["-fno-exceptions", "-fno-rtti"];

/// What the checks share.
struct Place {
    root: PathBuf,
    /// Where it is installed.
    prefix: PathBuf,
    /// Where programs are built.
    folder: PathBuf,
    /// What the quickstart prints.
    printed: String,
}

/// Whether a check found what it needs; one that did not is no failure.
enum Found {
    Held,
    Skipped(&'static str),
}

type Check = (&'static str, fn(&Place) -> Result<Found>);

const CHECKS: &[Check] = &[
    (
        "the shared library gives what the header names, and nothing else",
        symbols,
    ),
    ("the shared library says its major version", soname),
    (
        "the headers compile alone, strictly, in every standard",
        headers,
    ),
    (
        "the C++ wrapper does what it says, with exceptions and without",
        wrapper,
    ),
    ("the programs of docs/c.md print what it says", documented),
    (
        "a C program is linked by pkg-config, to either library",
        pkg_config,
    ),
    ("a C++ program finds the package by CMake", cmake_package),
    (
        "a C++ program fetches and builds the source by CMake",
        cmake_source,
    ),
];

/// The programs of the documentation, each before what it prints.
const PROGRAMS: &[(&str, &str, &str)] = &[("c", "cc", "-std=c99"), ("cpp", "c++", "-std=c++17")];

/// Installs below a folder of its own and runs every check.
///
/// # Errors
/// When it cannot be installed.
pub fn run_all(root: &Path) -> Result<Count> {
    let readme = std::fs::read_to_string(root.join("README.md")).context("README.md")?;
    let folder = build_dir(root)?.join("linking");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let place = Place {
        root: root.to_owned(),
        prefix: folder.join("prefix"),
        printed: readme::block(&readme, "text").context("README.md: a block of text")?,
        folder,
    };
    install::run_into(root, &place.prefix)?;
    let mut count = Count::default();
    for (name, check) in CHECKS {
        match check(&place) {
            Ok(Found::Held) => {
                println!("{name}: ok");
                count.passed += 1;
            }
            Ok(Found::Skipped(why)) => println!("{name}: not checked: {why}"),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                count.failed += 1;
            }
        }
    }
    Ok(count)
}

fn symbols(place: &Place) -> Result<Found> {
    let library = place.prefix.join("lib/libtruebook.so");
    let said = output(
        Command::new("nm")
            .args(["-D", "--defined-only"])
            .arg(library),
    )?;
    let mut found: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split(' ').next_back())
        .collect();
    let header = std::fs::read_to_string(place.prefix.join("include/truebook.h"))?;
    let mut named: Vec<&str> = header.lines().filter_map(declared).collect();
    found.sort_unstable();
    named.sort_unstable();
    ensure!(
        named.len() > 40,
        "the header names {} functions",
        named.len()
    );
    ensure!(
        found == named,
        "the library gives {found:?}, the header names {named:?}"
    );
    Ok(Found::Held)
}

/// The function that a line of the header begins to declare.
fn declared(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    let is_first = !line.starts_with([' ', '/', '#']) && !line.starts_with("static");
    (is_first && name.starts_with("tbk_")).then_some(name)
}

fn soname(place: &Place) -> Result<Found> {
    let library = place.prefix.join("lib/libtruebook.so");
    let said = output(Command::new("readelf").arg("-d").arg(library))?;
    let wanted = format!("[libtruebook.so.{}]", env!("CARGO_PKG_VERSION_MAJOR"));
    let is_so = |line: &str| line.contains("(SONAME)") && line.ends_with(&wanted);
    ensure!(said.lines().any(is_so), "{said}");
    Ok(Found::Held)
}

fn headers(place: &Place) -> Result<Found> {
    let include = place.prefix.join("include");
    let mut compilers = vec![("cc", "c++")];
    if setup::succeeds(&["clang++", "--version"]) {
        compilers.push(("clang", "clang++"));
    }
    for (c, cpp) in compilers {
        for (compiler, header, standards, more) in [
            (c, "truebook.h", ["-std=c99", "-std=c11"], [].as_slice()),
            (cpp, "truebook.hpp", ["-std=c++17", "-std=c++20"], BARE),
            (
                cpp,
                "truebook.hpp",
                ["-std=c++17", "-std=c++20"],
                &["-DTRUEBOOK_THROW"],
            ),
        ] {
            let language = if header.ends_with("hpp") { "c++" } else { "c" };
            for standard in standards {
                let source = place.folder.join(header).with_extension("source");
                std::fs::write(&source, format!("#include \"{header}\"\n"))?;
                let mut command = Command::new(compiler);
                command
                    .args([standard, "-fsyntax-only", "-x", language])
                    .args(STRICT)
                    .args(more);
                run(command.arg("-I").arg(&include).arg(source))?;
            }
        }
    }
    Ok(Found::Held)
}

fn wrapper(place: &Place) -> Result<Found> {
    let source = place.root.join("ffi-c/tests/cpp/wrapper.cpp");
    for (at, (standard, more)) in [
        ("-std=c++17", BARE),
        ("-std=c++20", BARE),
        ("-std=c++17", &["-DTRUEBOOK_THROW"]),
    ]
    .into_iter()
    .enumerate()
    {
        let program = place.folder.join(format!("wrapper-{at}"));
        let mut command = Command::new("c++");
        command
            .arg(standard)
            .args(STRICT)
            .args(more)
            .arg(&source)
            .arg("-o")
            .arg(&program);
        command.arg("-I").arg(place.prefix.join("include"));
        command.arg(place.prefix.join("lib/libtruebook.a"));
        run(command.args(["-lpthread", "-ldl", "-lm"]))?;
        run(&mut Command::new(program))?;
    }
    Ok(Found::Held)
}

fn documented(place: &Place) -> Result<Found> {
    let docs = std::fs::read_to_string(place.root.join("docs/c.md"))?;
    for (language, compiler, standard) in PROGRAMS {
        let mut left = docs.as_str();
        let mut count = 0;
        while let Some((text, rest)) = readme::split(left, language) {
            let wanted = readme::block(rest, "text").context("docs/c.md: what it prints")?;
            let program = place.folder.join(format!("documented-{language}-{count}"));
            let source = program.with_extension(language);
            std::fs::write(&source, text)?;
            let mut command = Command::new(compiler);
            command
                .arg(standard)
                .args(STRICT)
                .arg("-I")
                .arg(place.prefix.join("include"));
            command
                .arg(source)
                .arg(place.prefix.join("lib/libtruebook.a"));
            run(command
                .args(["-lpthread", "-ldl", "-lm", "-o"])
                .arg(&program))?;
            let printed = output(&mut Command::new(program))?;
            ensure!(
                printed == wanted,
                "docs/c.md: its {language} printed:\n{printed}"
            );
            (left, count) = (rest, count + 1);
        }
        ensure!(count > 0, "docs/c.md: no block of {language}");
    }
    Ok(Found::Held)
}

fn pkg_config(place: &Place) -> Result<Found> {
    if !setup::has("pkg-config", "pkg-config") {
        return Ok(Found::Skipped("there is no pkg-config here"));
    }
    for (name, asked, linked) in [
        ("shared", ["--cflags", "--libs"].as_slice(), [].as_slice()),
        ("static", &["--cflags", "--libs", "--static"], &["-static"]),
    ] {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_PATH", place.prefix.join("lib/pkgconfig"));
        let flags = output(command.args(asked).arg("truebook"))?;
        let program = place.folder.join(format!("pkg-config-{name}"));
        let mut command = Command::new("cc");
        command
            .arg("-std=c99")
            .arg(place.root.join("examples/c/quickstart.c"));
        command.args(flags.split_whitespace()).args(linked);
        run(command.arg("-o").arg(&program))?;
        place.quickstart(&program, name == "shared")?;
    }
    Ok(Found::Held)
}

fn cmake_package(place: &Place) -> Result<Found> {
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", place.prefix.display());
    place.cmake("find-package", &["-DBOT_INSTALLED=ON".to_owned(), prefix])
}

fn cmake_source(place: &Place) -> Result<Found> {
    // What is built for the installation is not built again.
    let built = std::path::absolute(target_dir(&place.root))?;
    let built = format!("-DTRUEBOOK_TARGET_DIR={}", built.display());
    let source = format!("-DTRUEBOOK_SOURCE={}", place.root.display());
    place.cmake("fetch-content", &[built, source])
}

impl Place {
    /// Builds `examples/cmake` and runs its programs.
    fn cmake(&self, name: &str, options: &[String]) -> Result<Found> {
        if !setup::has("cmake", "cmake") {
            return Ok(Found::Skipped("there is no cmake here"));
        }
        let build = self.folder.join(name);
        let mut command = Command::new("cmake");
        command
            .arg("-S")
            .arg(self.root.join("examples/cmake"))
            .arg("-B")
            .arg(&build);
        output(command.args(options))?;
        output(Command::new("cmake").arg("--build").arg(&build))?;
        for program in ["bot", "bot_static"] {
            self.quickstart(&build.join(program), false)?;
        }
        Ok(Found::Held)
    }

    /// Runs a build of the quickstart, which must print what the README says.
    fn quickstart(&self, program: &Path, needs_path: bool) -> Result<()> {
        let run = program.with_extension("run");
        std::fs::create_dir_all(&run)?;
        let mut command = Command::new(program);
        command.current_dir(run);
        if needs_path {
            command.env("LD_LIBRARY_PATH", self.prefix.join("lib"));
        }
        let printed = output(&mut command)?;
        if printed != self.printed {
            bail!("{} printed:\n{printed}", program.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::declared;

    #[test]
    fn declarations_are_told_from_comments_and_inline_functions() {
        assert_eq!(
            declared("int32_t tbk_open(uint32_t abi_version,"),
            Some("tbk_open")
        );
        assert_eq!(
            declared("const char *tbk_last_error(void);"),
            Some("tbk_last_error")
        );
        for other in [
            "// tbk_open(...) opens",
            "static inline double tbk_power(uint32_t scale) {",
            "    double power = tbk_power(1);",
            "#define TBK_SIZE(name, bytes) TBK_ASSERT(name)",
            "TBK_SIZE(tbk_options, 56);",
        ] {
            assert_eq!(declared(other), None);
        }
    }
}
