//! The house rules that a compiler does not know: which module may use which, which crates a module may touch, how long
//! a file may be, and who may print.

use crate::source::{File, files};
use std::collections::{BTreeMap, BTreeSet};

/// Crates that any module may use: data structures, numbers, dates.
const EVERYWHERE: &[&str] = &[
    "std",
    "core",
    "alloc",
    "crate",
    "self",
    "super",
    "arrow",
    "serde",
    "serde_json",
    "hashbrown",
    "foldhash",
    "jiff",
    "thiserror",
    "memchr",
    "rayon",
    "sha2",
    "strsim",
    "tracing",
];

/// Module, level, and the further crates it may use. A module may use modules of lower levels only; steps (level 4)
/// do not use each other, but they may use `sql`, which is a tool of theirs.
const MODULES: &[(&str, u8, &[&str])] = &[
    ("error", 0, &[]),
    ("message", 0, &[]),
    ("events", 1, &[]),
    ("kernels", 1, &["pinyin", "unicode_normalization"]),
    ("tables", 1, &["bytes"]),
    ("config", 2, &["toml", "glob"]),
    ("store", 3, &["parquet", "fs4", "libc", "memmap2", "rustix", "tempfile", "zstd"]),
    ("sql", 4, &["polars", "polars_arrow", "polars_async"]),
    (
        "ingest",
        4,
        &[
            "csv",
            "encoding_rs",
            "simdutf8",
            "flate2",
            "zstd",
            "zip",
            "calamine",
            "parquet",
            "glob",
            "rustix",
            "tempfile",
        ],
    ),
    ("normalize", 4, &["unicode_normalization"]),
    ("link", 4, &[]),
    ("cluster", 4, &[]),
    ("person", 4, &[]),
    ("returns", 4, &[]),
    ("followup", 4, &["polars", "polars_arrow"]),
    ("publish", 4, &["polars", "polars_arrow", "parquet", "rust_xlsxwriter", "zip", "zstd"]),
    ("model", 5, &[]),
    ("evaluate", 5, &["csv"]),
    ("explain", 5, &[]),
    ("report", 5, &["minijinja"]),
    ("review", 5, &["minijinja", "csv"]),
    ("synth", 5, &["pinyin", "toml", "csv", "encoding_rs", "flate2", "zstd", "parquet", "rust_xlsxwriter", "zip"]),
    ("pipeline", 6, &["glob"]),
    (
        "cli",
        7,
        &[
            "clap",
            "indicatif",
            "tracing_subscriber",
            "miette",
            "parquet",
            "csv",
            "toml",
            "glob",
            "unicode_width",
            "terminal_size",
        ],
    ),
    ("lib", 8, &[]),
    ("main", 8, &["gridlink", "mimalloc", "libmimalloc_sys"]),
];

/// Arrows between modules of one level that are meant.
const SIDEWAYS: &[(&str, &str)] =
    &[("error", "message"), ("events", "message"), ("tables", "kernels"), ("followup", "sql"), ("publish", "sql")];

/// Pure tables, which may be as long as they are.
const LONG: &[&str] =
    &["pinyin_table.rs", "traditional.rs", "counties.rs", "divisions.rs", "name_lists.rs", "places.rs"];
const LINES_MAX: usize = 600;

fn module(name: &str) -> Option<&'static (&'static str, u8, &'static [&'static str])> {
    MODULES.iter().find(|(module, ..)| *module == name)
}

/// Names that follow `crate::` in the code, alone or in braces.
fn arrows(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(identifier(rest).to_owned());
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (i, c) in group.char_indices() {
            if depth == 0 && start && !c.is_whitespace() {
                found.insert(identifier(&group[i..]).to_owned());
                start = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

fn code_files() -> Vec<File> {
    files().into_iter().filter(|file| !file.is_test).collect()
}

#[test]
fn no_arrow_runs_back_up() {
    let mut wrong = Vec::new();
    for file in code_files() {
        let from = file.module();
        let Some(&(_, level, _)) = module(from) else {
            wrong.push(format!("{}: module `{from}` has no level", file.path));
            continue;
        };
        for to in arrows(&file.code).iter().filter(|to| *to != from) {
            match module(to) {
                Some(&(_, below, _)) if below < level || SIDEWAYS.contains(&(from, to.as_str())) => {}
                Some(&(_, other, _)) => wrong.push(format!("{}: {from} ({level}) uses {to} ({other})", file.path)),
                None => wrong.push(format!("{}: uses `crate::{to}`, which has no level", file.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_circle() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in code_files() {
        let mut to = arrows(&file.code);
        to.remove(file.module());
        uses.entry(file.module().to_owned()).or_default().extend(to);
    }
    // Modules that use nothing that is left are taken away; what remains stands in a circle.
    while let Some(leaf) =
        uses.iter().find(|(_, to)| to.iter().all(|to| !uses.contains_key(to))).map(|(m, _)| m.clone())
    {
        uses.remove(&leaf);
    }
    assert!(uses.is_empty(), "in a circle: {uses:?}");
}

/// The crates of Cargo.toml, as they are written in code.
fn dependencies() -> BTreeSet<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let names = ["dependencies", "dev-dependencies"].iter().filter_map(|key| manifest[*key].as_table());
    names.flat_map(|table| table.keys()).map(|name| name.replace('-', "_")).collect()
}

#[test]
fn each_module_touches_only_its_crates() {
    let crates = dependencies();
    let mut wrong = Vec::new();
    for file in code_files() {
        let Some((_, _, own)) = module(file.module()) else { continue };
        for name in &crates {
            if EVERYWHERE.contains(&name.as_str()) || own.contains(&name.as_str()) {
                continue;
            }
            // `pinyin` is a crate and a kernel; who names the kernel means the kernel.
            if file.code.contains(&format!("kernels::{name}")) {
                continue;
            }
            let path = format!("{name}::");
            let used = file.code.match_indices(&path).any(|(at, _)| {
                let before = &file.code[..at];
                !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !before.ends_with("::")
            });
            if used {
                wrong.push(format!("{}: {} may not use `{name}`", file.path, file.module()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_cli_writes_to_the_terminal() {
    let mut wrong = Vec::new();
    for file in code_files().iter().filter(|file| file.module() != "cli") {
        for word in ["println!", "print!", "eprintln!", "eprint!", "dbg!", "io::stdout", "io::stderr"] {
            let alone = |at: usize| !file.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if file.code.match_indices(word).any(|(at, _)| alone(at)) {
                wrong.push(format!("{}: {word}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let long = |file: &File| LONG.iter().any(|name| file.path.ends_with(name));
    let wrong: Vec<String> = files()
        .iter()
        .filter(|file| !long(file) && file.text.lines().count() > LINES_MAX)
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        code_files().into_iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path).collect();
    assert!(silent.is_empty(), "no `//!` at the top: {}", silent.join(", "));
}

#[test]
fn arrows_are_found() {
    let code = "use crate::{error::{Error, Exit}, tables}; fn f() { crate::link::g(); $crate::x }";
    assert_eq!(arrows(code).into_iter().collect::<Vec<_>>(), ["error", "link", "tables"]);
}
