//! What bad input gets: a clear line, a place in quarantine, the right exit code; never a panic, never the machine's memory.

use crate::support::{City, ended, gridlink, manifest, rows, succeeded};
use std::io::Write;
use std::path::Path;

const HEAD: &str = "编号,姓名,证件号,电话\n";

fn row(number: u32) -> String {
    format!("{number},王小{},,1380546{:04}\n", ["明", "红", "刚"][number as usize % 3], number)
}

fn rows_of(range: std::ops::Range<u32>) -> String {
    range.map(row).collect()
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, line) in (HEAD.to_owned() + &rows_of(0..500)).lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(at as u32, column as u16, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A workbook whose only sheet unpacks to far more than it is packed.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let options = options.compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("xl/workbook.xml", options).unwrap();
    archive.write_all(b"<workbook/>").unwrap();
    archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let piece = "<row/>".repeat(1 << 17);
    for _ in 0..100 {
        archive.write_all(piece.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn source(name: &str, file: &str, more: &str) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\nagency = \"community\"\npaths = [\"{file}\"]\n{more}[source.map]\n\
         record_id = \"编号\"\nname = \"姓名\"\nid_number = \"证件号\"\nphone = \"电话\"\n"
    )
}

fn write_pipeline(folder: &Path, sources: &str) -> std::path::PathBuf {
    let path = folder.join("p.toml");
    let head = "[run]\nname = \"bad\"\nas_of = 2022-03-27\noutput = \"out\"\nstore = \"store\"\n";
    std::fs::write(&path, format!("{head}{sources}")).unwrap();
    path
}

#[test]
fn every_kind_of_broken_dump() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("good.csv", (HEAD.to_owned() + &rows_of(0..50)).as_bytes());
    put("empty.csv", b"");
    let noise: Vec<u8> = (0..1_u32 << 16).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    put("binary.csv", &noise);
    let whole = gz((HEAD.to_owned() + &rows_of(0..9_000)).as_bytes());
    put("cut.csv.gz", &whole[..whole.len() / 2]);
    let whole = workbook();
    put("cut.xlsx", &whole[..whole.len() / 2]);
    let utf8 = |range| (rows_of(range)).into_bytes();
    let mixed = [HEAD.as_bytes().to_vec(), utf8(0..20), gb18030(&rows_of(20..40)), utf8(40..60)];
    put("mixed.csv", &mixed.concat());
    put("wide.csv", ("a,".repeat(100_000) + "b\n" + &"1,".repeat(100_000) + "1\n").as_bytes());
    let mut large = std::fs::File::create(folder.path().join("large.csv")).unwrap();
    large.write_all(format!("{HEAD}{}1,\"", row(0)).as_bytes()).unwrap();
    (0..64).for_each(|_| large.write_all(&[b'x'; 1 << 20]).unwrap());
    large.write_all(format!("\",,\n{}", row(2)).as_bytes()).unwrap();
    drop(large);
    put("bomb.xlsx", &bomb());
    put("other.csv", "甲,乙\n1,2\n".as_bytes());

    let names = [
        ("good", "good.csv"),
        ("empty", "empty.csv"),
        ("binary", "binary.csv"),
        ("cut_gz", "cut.csv.gz"),
        ("cut_xlsx", "cut.xlsx"),
        ("mixed", "mixed.csv"),
        ("wide", "wide.csv"),
        ("large", "large.csv"),
        ("bomb", "bomb.xlsx"),
        ("other", "other.csv"),
        ("nothing", "nothing*.csv"),
    ];
    let sources: String = names.iter().map(|(name, file)| source(name, file, "")).collect();
    let pipeline = write_pipeline(folder.path(), &sources);
    let run = gridlink().arg("run").arg(&pipeline).output().unwrap();
    let said = succeeded(&run);
    for line in [
        "empty.csv is empty",
        "binary.csv is no table in a known format",
        "cut.csv.gz ends early",
        "cut.xlsx is cut or broken",
        "wide.csv: a row at the top has 100001 columns",
        "bomb.xlsx unpacks to far more",
        "other.csv: the header has none of the needed columns",
        "source `nothing`: no file matches",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    let set = folder.path().join("out/current");
    let mut records = std::collections::BTreeMap::<String, u32>::new();
    for row in rows(&set, "members", &["source"]) {
        *records.entry(row[0].clone()).or_default() += 1;
    }
    assert_eq!((records["good"], records["mixed"], records["large"]), (50, 60, 2));
    assert!(records["cut_gz"] > 2_000 && records["cut_gz"] < 9_000, "{records:?}");
    assert_eq!(records.len(), 4, "{records:?}");
    let quarantined = rows(&set, "quarantine", &["file", "reason"]);
    for (file, reason) in [
        ("binary.csv", "unreadable"),
        ("cut.csv.gz", "truncated"),
        ("cut.xlsx", "truncated"),
        ("wide.csv", "field_count"),
        ("large.csv", "too_large"),
        ("bomb.xlsx", "unreadable"),
        ("other.csv", "missing_column"),
    ] {
        assert!(quarantined.iter().any(|row| row[0] == file && row[1] == reason), "{file}: {quarantined:?}");
    }
    // The field alone is 64 MiB, the bomb 75 MiB.
    let peak = manifest(&set)["memory_peak_bytes"].as_u64().unwrap();
    assert!(peak < 400 << 20, "{} MiB", peak >> 20);

    // The same faults before the run, all at once.
    let said = ended(&gridlink().arg("check").arg(&pipeline).output().unwrap(), 65);
    assert!(said.contains("empty.csv is empty") && said.contains("bomb.xlsx unpacks"), "{said}");
}

#[test]
fn a_missing_or_stale_required_dump_is_66() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.csv"), HEAD.to_owned() + &rows_of(0..9)).unwrap();
    let sources = source("here", "good.csv", "") + &source("gone", "gone*.csv", "required = true\n");
    let pipeline = write_pipeline(folder.path(), &sources);
    let said = ended(&gridlink().arg("run").arg(&pipeline).output().unwrap(), 66);
    assert!(said.contains("`gone`") && said.contains("gone*.csv"), "{said}");
    assert!(!folder.path().join("out/current").exists());

    let old = std::fs::File::options().write(true).open(folder.path().join("good.csv")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let sources = source("here", "good.csv", "required = true\nmax_age_hours = 36\n");
    let pipeline = write_pipeline(folder.path(), &sources);
    let said = ended(&gridlink().arg("run").arg(&pipeline).output().unwrap(), 66);
    assert!(said.contains("hours old"), "{said}");
}

#[test]
fn a_required_dump_that_cannot_be_used_stops_the_night() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("good.csv", (HEAD.to_owned() + &rows_of(0..9)).as_bytes());
    let whole = gz((HEAD.to_owned() + &rows_of(0..9_000)).as_bytes());
    for (name, bytes, told) in [
        ("empty.csv", &b""[..], "`register`"),
        ("head.csv", HEAD.as_bytes(), "no row that can be used"),
        ("cut.csv.gz", &whole[..whole.len() / 2], "cut.csv.gz"),
        ("names.csv", "编号,大名,证件号,电话\n1,王小明,,13805460001\n".as_bytes(), "姓名"),
    ] {
        put(name, bytes);
        let sources = source("here", "good.csv", "") + &source("register", name, "required = true\n");
        let pipeline = write_pipeline(folder.path(), &sources);
        let run = |more: &[&str]| gridlink().arg("run").arg(&pipeline).args(more).output().unwrap();
        let said = ended(&run(&[]), 65);
        assert!(said.contains(told) && said.contains("required=false"), "{name}: {said}");
        assert!(!folder.path().join("out/current").exists(), "{name}");
        succeeded(&run(&["--set", "source.register.required=false", "--dry-run"]));
    }
    // The other dumps of a source that has several patterns are no excuse for one that is gone.
    let sources = source("here", "good.csv\", \"gone*.xlsx", "required = true\n");
    let said = succeeded(&gridlink().arg("run").arg(write_pipeline(folder.path(), &sources)).output().unwrap());
    assert!(said.contains("gone*.xlsx"), "{said}");
}

#[test]
fn a_grid_directory_without_grids_stops_the_night() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.csv"), HEAD.to_owned() + &rows_of(0..9)).unwrap();
    let grids = "[grids]\npath = \"grids.csv\"\n[grids.map]\ncode = \"网格编码\"\nname = \"网格名称\"\n";
    let pipeline = write_pipeline(folder.path(), &(grids.to_owned() + &source("here", "good.csv", "")));
    let run = || gridlink().arg("run").arg(&pipeline).output().unwrap();
    assert!(ended(&run(), 66).contains("grids.csv"));
    for text in ["网格编码,网格名称\n", "网格名称\n一网格\n"] {
        std::fs::write(folder.path().join("grids.csv"), text).unwrap();
        let said = ended(&run(), 65);
        assert!(said.contains("grids.csv") && said.contains("[grids"), "{said}");
    }
    std::fs::write(folder.path().join("grids.csv"), "网格编码,网格名称\n370502001001001,一网格\n").unwrap();
    succeeded(&run());
}

#[test]
fn nothing_at_all_is_a_set_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = write_pipeline(folder.path(), &source("nothing", "nothing.csv", ""));
    succeeded(&gridlink().arg("run").arg(&pipeline).output().unwrap());
    assert!(rows(&folder.path().join("out"), "persons", &["person_id"]).is_empty());
}

#[test]
fn a_rule_with_wrong_sql_is_78_and_named() {
    let city = City::new(60);
    let path = city.path("pipeline.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    for (sql, reason) in [
        ("SELECT person_id, nothing AS since, 'x' AS reason FROM persons", "nothing"),
        ("SELEC person_id", "SELEC"),
        ("SELECT person_id FROM persons", "since"),
    ] {
        let rule = format!("\n[[followup]]\nname = \"my_rule\"\ntitle = \"我的规则\"\nfields = []\nsql = \"{sql}\"\n");
        std::fs::write(&path, text.clone() + &rule).unwrap();
        let said = ended(&city.run(&[]), 78);
        assert!(said.contains("my_rule") && said.contains(reason), "{said}");
        assert!(!city.path("out/current").exists());
    }
}

#[test]
fn an_error_speaks_the_language_asked_for() {
    let zh = gridlink().args(["--lang", "zh", "run", "/no/such.toml"]).output().unwrap();
    let said = ended(&zh, 66);
    assert!(said.starts_with("错误:") && said.contains("/no/such.toml"), "{said}");
}
