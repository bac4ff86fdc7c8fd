//! The examples of the README in four languages: built with strict warnings, run twice on one
//! database, and all of them print the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{Count, build_dir, cargo, output, run, target_dir};
use crate::{python, readme};

/// Warnings that are errors.
pub const STRICT: &[&str] = &[
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wpedantic",
    "-Werror",
    "-O1",
];
/// What the static library needs from the system.
const LIBS: &[&str] = &["-lpthread", "-ldl", "-lm"];

/// Builds and runs every example.
///
/// # Errors
/// When one cannot be built, ends otherwise than by success, or prints something else.
pub fn run_all(root: &Path) -> Result<Count> {
    let readme = std::fs::read_to_string(root.join("README.md")).context("README.md")?;
    let wanted = readme::block(&readme, "text").context("README.md: a block of text")?;
    let python = python::install(root)?;
    run(cargo(root).args(["build", "--package", "truebook-c"]))?;
    let folder = build_dir(root)?.join("examples");
    std::fs::create_dir_all(&folder)?;

    let c = ["-std=c99"].as_slice();
    let cpp = ["-std=c++17", "-fno-exceptions", "-fno-rtti"].as_slice();
    let same = |language: &str, path: &str| -> Result<PathBuf> {
        let shown = readme::block(&readme, language);
        let source = std::fs::read_to_string(root.join(path)).context(path.to_owned())?;
        ensure!(
            shown.as_deref() == Some(&source),
            "README.md: its block of {language} differs from {path}"
        );
        Ok(root.join(path))
    };
    let mut programs = vec![
        build(root, "cc", c, &same("c", "examples/c/quickstart.c")?)?,
        build(
            root,
            "c++",
            cpp,
            &same("cpp", "examples/cpp/quickstart.cpp")?,
        )?,
    ];
    programs.push(same("python", "examples/python/quickstart.py")?);
    let newest = ["-std=c++20", "-fno-exceptions", "-fno-rtti"];
    build(
        root,
        "c++",
        &newest,
        &root.join("examples/cpp/quickstart.cpp"),
    )?;

    let mut count = Count::default();
    for program in &programs {
        let place = tempfolder(&folder, program)?;
        for again in ["first", "second"] {
            let mut command = match program.extension() {
                Some(_) => Command::new(&python),
                None => Command::new(program),
            };
            if program.extension().is_some() {
                command.arg(program);
            }
            let printed = output(command.current_dir(&place))?;
            if printed != wanted {
                bail!("{}, {again} run, printed:\n{printed}", program.display());
            }
        }
        println!("{}: ok", program.display());
        count.passed += 1;
    }
    // It says itself whether its book is exact.
    let maker = build(
        root,
        "c++",
        cpp,
        &root.join("examples/cpp/market_maker.cpp"),
    )?;
    run(&mut Command::new(&maker))?;
    println!("{}: ok", maker.display());
    count.passed += 1;
    Ok(count)
}

/// How programs are built, and against which static library.
pub struct Kit {
    /// The library.
    pub library: PathBuf,
    /// More for the compiler.
    pub flags: &'static [&'static str],
    /// What the programs' names end with.
    pub ending: &'static str,
}

impl Kit {
    /// As examples are built.
    pub fn plain(root: &Path) -> Self {
        Self {
            library: target_dir(root).join("debug").join("libtruebook_c.a"),
            flags: &[],
            ending: "",
        }
    }

    /// Builds `source` with strict warnings against the library; the program.
    ///
    /// # Errors
    /// When the compiler refuses.
    pub fn build(
        &self,
        root: &Path,
        compiler: &str,
        standard: &[&str],
        source: &Path,
    ) -> Result<PathBuf> {
        let language = compiler.replace("++", "pp");
        let name = source.file_stem().context("a source has a name")?;
        let folder = build_dir(root)?.join("examples");
        std::fs::create_dir_all(&folder)?;
        let name = format!("{}-{language}{}", name.to_string_lossy(), self.ending);
        let program = folder.join(name);
        let mut command = Command::new(compiler);
        command
            .args(standard)
            .args(STRICT)
            .args(self.flags)
            .arg("-I")
            .arg(root.join("include"))
            .arg(source)
            .arg(&self.library)
            .args(LIBS)
            .arg("-o")
            .arg(&program);
        run(&mut command)?;
        Ok(program)
    }
}

/// Builds `source` as examples are built; the program.
///
/// # Errors
/// When the compiler refuses.
pub fn build(root: &Path, compiler: &str, standard: &[&str], source: &Path) -> Result<PathBuf> {
    Kit::plain(root).build(root, compiler, standard, source)
}

/// An empty folder for the runs of `program`.
///
/// # Errors
/// When it cannot be made.
pub fn tempfolder(folder: &Path, program: &Path) -> Result<PathBuf> {
    let name = program.file_name().context("an example has a name")?;
    let place = folder.join("run").join(name);
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    std::fs::create_dir_all(&place)?;
    Ok(place)
}
