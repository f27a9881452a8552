//! The sample pipeline from its dumps to the published set, held against the contract of what a set is.

use crate::support::{ended, files, gridlink, manifest, rows, succeeded};
use calamine::{Data, Reader, Xlsx};
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn output() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("sample_night")
}

/// The sample's set, made once for all tests.
pub(crate) fn set() -> &'static Path {
    static SET: OnceLock<PathBuf> = OnceLock::new();
    SET.get_or_init(|| {
        let folder = output();
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        let run = gridlink()
            .arg("run")
            .arg(root().join("pipelines/sample.toml"))
            .arg("--set")
            .arg(format!("run.output={}", folder.join("out").display()))
            .arg("--set")
            .arg(format!("run.store={}", folder.join("store").display()))
            .output()
            .unwrap();
        let said = succeeded(&run);
        let published = String::from_utf8(run.stdout).unwrap();
        let set = folder.join("out/current").canonicalize().unwrap();
        assert_eq!(published.trim(), set.to_str().unwrap(), "stdout is the path of the set");
        let last = said.lines().last().unwrap();
        assert!(last.contains("bulletin.md") && last.contains("lists/"), "the summary ends with where to look: {last}");
        set
    })
}

/// What stands in the README of the sample city is what a night publishes of it.
#[test]
fn the_readme_tells_this_night() {
    let truth = root().join("sample_data/truth.csv");
    let eval = gridlink().arg("eval").arg(set()).arg("--truth").arg(&truth).arg("--json").output().unwrap();
    succeeded(&eval);
    let eval: serde_json::Value = serde_json::from_slice(&eval.stdout).unwrap();
    let manifest = manifest(set());
    let thousands = |n: u64| if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) };
    let told = |from: &serde_json::Value, key: &str| thousands(from[key].as_u64().unwrap());
    let counted = |key: &str| told(&manifest["counts"], key);
    let share = |key: &str| eval[key].as_f64().unwrap();
    let lists = files(&set().join("lists")).len();
    let visited: HashSet<_> = rows(set(), "followups", &["person_id", "state"])
        .into_iter()
        .filter(|row| !matches!(&*row[1], "done" | "withdrawn"))
        .map(|row| row[0].clone())
        .collect();
    let lines = [
        format!("| records + quarantined | {} + {} |", counted("records"), counted("quarantined")),
        format!("| persons | {} (of {} true ones with records) |", counted("persons"), told(&eval, "persons")),
        format!(
            "| pairwise precision / recall / F1 against the truth | {:.2} % / {:.2} % / {} |",
            100.0 * share("precision"),
            100.0 * share("recall"),
            format!("{:.4}", share("f1")).trim_start_matches('0')
        ),
        format!("| persons split / mixed | {} / {} |", told(&eval, "persons_split"), told(&eval, "clusters_mixed")),
        format!(
            "| follow-up items open; of them without a grid | {}; {} |",
            counted("items_open"),
            counted("items_unassigned")
        ),
        format!("| persons to be visited, in so many lists | {}, in {lists} |", thousands(visited.len() as u64)),
    ];
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("<!-- sample-results -->").nth(1).and_then(|rest| rest.split("<!--").next()).unwrap();
    for line in lines {
        assert!(block.lines().any(|told| told == line), "the README's sample table lacks: {line}");
    }
}

#[test]
fn every_table_has_its_contract_columns() {
    for (table, columns) in [
        ("members", &["source", "record_id", "person_id", "match_weight", "joined_by"][..]),
        (
            "persons",
            &[
                "person_id",
                "name",
                "sex",
                "id_number",
                "birth_date",
                "phones",
                "address",
                "grid_code",
                "grid_by",
                "sources",
                "records",
                "conflicts",
            ],
        ),
        ("events", &["person_id", "source", "record_id", "type", "at", "place_code", "place", "detail"]),
        ("links", &["left_source", "left_record_id", "right_source", "right_record_id", "match_weight"]),
        ("review", &["left_source", "left_record_id", "right_source", "right_record_id", "match_weight"]),
        (
            "followups",
            &[
                "item_id",
                "rule",
                "person_id",
                "grid_code",
                "since",
                "due_at",
                "state",
                "reason",
                "evidence",
                "county",
                "street",
            ],
        ),
        ("rollup", &["level", "code", "rule", "open", "done", "overdue", "new", "cleared", "households", "visited"]),
        ("changes", &["kind", "old_id", "new_id"]),
        ("quarantine", &["source", "file", "line", "byte", "reason", "raw"]),
    ] {
        let found = rows(set(), table, columns);
        assert!(!found.is_empty() || table == "changes", "{table} is empty");
    }
    let parts: Vec<String> = files(&set().join("followups")).into_keys().collect();
    let hive = |name: &String| name.starts_with("county=") && name.contains("/street=") && name.ends_with(".parquet");
    assert!(parts.len() > 5 && parts.iter().all(hive), "{parts:?}");
    for name in ["bulletin.md", "report.html", "manifest.json", "lists/unassigned.xlsx"] {
        assert!(set().join(name).is_file(), "{name}");
    }
}

#[test]
fn the_chinese_report_has_words_for_every_repair() {
    let page = std::fs::read_to_string(set().join("report.html")).unwrap();
    let manifest = manifest(set());
    let repairs = manifest["repairs"].as_array().unwrap();
    assert!(repairs.len() > 20 && page.contains("15 位升为 18 位"));
    let codes: Vec<&str> = repairs.iter().filter_map(|repair| repair["kind"].as_str()).collect();
    assert_eq!(codes.iter().filter(|code| page.contains(**code)).collect::<Vec<_>>(), [&""; 0]);
}

#[test]
fn the_counts_balance() {
    let manifest = manifest(set());
    let count = |name: &str| manifest["counts"][name].as_u64().unwrap();
    let truth = std::fs::read_to_string(root().join("sample_data/truth.csv")).unwrap();
    // Every record of the truth is there once; the rows beyond it are doubled, broken or captions.
    assert_eq!(count("records") as usize, truth.lines().count() - 1);
    assert_eq!(count("records") as usize, rows(set(), "members", &["record_id"]).len());
    assert_eq!(count("quarantined") as usize, rows(set(), "quarantine", &["line"]).len());
    let persons = rows(set(), "persons", &["person_id", "records"]);
    assert_eq!(count("persons") as usize, persons.len());
    let of_persons: usize = persons.iter().map(|row| row[1].parse::<usize>().unwrap()).sum();
    assert_eq!(of_persons as u64, count("records"));
    for input in manifest["inputs"].as_array().unwrap() {
        let of = |name: &str| input[name].as_u64().unwrap();
        assert_eq!(of("rows"), of("records") + of("quarantined"), "{}", input["path"]);
        assert_eq!(input["sha256"].as_str().unwrap().len(), 64);
    }
    let items = rows(set(), "followups", &["item_id"]).len() as u64;
    assert_eq!(items, count("items_open") + count("items_done") + count("items_withdrawn"));
}

#[test]
fn the_persons_are_the_true_ones() {
    let eval = |arguments: &[&str]| {
        let truth = root().join("sample_data/truth.csv");
        gridlink().arg("eval").arg(set()).arg("--truth").arg(truth).args(arguments).output().unwrap()
    };
    let json = eval(&["--json"]);
    succeeded(&json);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(json["f1"].as_f64().unwrap() > 0.985, "{json}");
    let text = eval(&["--lang", "zh"]);
    succeeded(&text);
    assert!(String::from_utf8(text.stdout).unwrap().contains("精确率"));
}

/// Everybody whom the generator sent home from a key region is listed, in the right grid.
#[test]
fn nobody_from_a_key_region_is_missed() {
    let members = rows(set(), "members", &["source", "record_id", "person_id"]);
    let person_of: std::collections::HashMap<(String, String), String> =
        members.into_iter().map(|row| ((row[0].clone(), row[1].clone()), row[2].clone())).collect();
    let mut true_persons = std::collections::HashMap::<String, Vec<String>>::new();
    let truth = std::fs::read_to_string(root().join("sample_data/truth.csv")).unwrap();
    for line in truth.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let Some(person) = person_of.get(&(cells[0].to_owned(), cells[1].to_owned())) {
            true_persons.entry(cells[2].to_owned()).or_default().push(person.clone());
        }
    }
    let listed: HashSet<String> = rows(set(), "followups", &["rule", "person_id"])
        .into_iter()
        .filter(|row| row[0] == "key_region_arrivals")
        .map(|row| row[1].clone())
        .collect();
    let expected = std::fs::read_to_string(root().join("sample_data/expected/key_region_arrivals.csv")).unwrap();
    let missed: Vec<&str> = expected
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .filter(|person| !true_persons[*person].iter().any(|person| listed.contains(person)))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn what_leaves_the_centre_is_masked() {
    let mut secret: HashSet<String> = HashSet::new();
    for row in rows(set(), "persons", &["id_number", "phones"]) {
        secret.extend(runs(&row[0]).chain(runs(&row[1])).filter(|run| run.len() >= 11).map(str::to_owned));
    }
    assert!(secret.len() > 3_000);
    let leaks = |text: &str| runs(text).any(|run| secret.contains(run));
    let mut lists = 0;
    for (name, bytes) in files(&set().join("lists")) {
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        for (_, sheet) in book.worksheets() {
            for cell in sheet.rows().flatten() {
                assert!(!leaks(&cell.to_string()), "{name}");
                assert!(!matches!(cell, Data::Error(_)), "{name}");
            }
        }
        lists += 1;
    }
    assert!(lists > 50);
    for name in ["bulletin.md", "manifest.json"] {
        assert!(!leaks(&std::fs::read_to_string(set().join(name)).unwrap()), "{name}");
    }
}

/// Runs of digits, with the X of an ID number.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit() && c != 'X').filter(|run| run.len() >= 11)
}

#[test]
fn the_lists_are_in_the_language_of_the_pipeline() {
    let (name, bytes) = files(&set().join("lists")).into_iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range("核查名单").unwrap();
    let headings: Vec<String> = sheet.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
    for heading in ["序号", "姓名", "联系电话", "现住址", "核查事项", "原因", "完成时限", "核查结果"]
    {
        assert!(headings.iter().any(|found| found == heading), "{name}: no {heading} in {headings:?}");
    }
    let bulletin = std::fs::read_to_string(set().join("bulletin.md")).unwrap();
    assert!(bulletin.contains("核查日报（2022-03-27）") && bulletin.contains("申报核实率"), "{bulletin}");
}

#[test]
fn only_owner_and_group_may_read() {
    set(); // must be there before the folders are looked at
    let mut folders = vec![output()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let mode = meta.permissions().mode() & 0o777;
            match meta.is_dir() {
                true => {
                    assert_eq!(mode, 0o750, "{}", path.display());
                    folders.push(path);
                }
                false if meta.is_symlink() => {}
                false => assert_eq!(mode, 0o640, "{}", path.display()),
            }
        }
    }
}

#[test]
fn questions_in_sql() {
    let query =
        |sql: &str, arguments: &[&str]| gridlink().arg("query").arg(set()).arg(sql).args(arguments).output().unwrap();
    let count = "SELECT COUNT(*) AS n FROM members";
    let json = query(count, &["--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let records = json[0]["n"].as_u64().unwrap();
    assert!(records > 9_000);
    let csv = query(count, &["--format", "csv"]);
    assert_eq!(String::from_utf8(csv.stdout).unwrap(), format!("n\n{records}\n"));
    let table = String::from_utf8(query(count, &[]).stdout).unwrap();
    assert!(table.contains(&records.to_string()) && table.contains('│'), "{table}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("n.parquet");
    succeeded(&query(count, &["-o", file.to_str().unwrap()]));
    assert!(std::fs::read(file).unwrap().starts_with(b"PAR1"));
    let wrong = ended(&query("SELECT nothing FROM persons", &[]), 2);
    assert!(wrong.contains("person_id") && wrong.contains("the tables of this set are"), "{wrong}");
}

#[test]
fn check_shows_rows_and_publishes_nothing() {
    let check = gridlink().arg("check").arg(root().join("pipelines/sample.toml")).output().unwrap();
    let said = succeeded(&check);
    assert!(said.contains("7 sources"), "{said}");
    let shown = String::from_utf8(check.stdout).unwrap();
    assert!(shown.contains("police_population") && shown.contains("gb18030"), "{shown}");
}

#[test]
fn a_guessed_pipeline_runs() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("p.toml");
    let init = gridlink().arg("init").arg(root().join("sample_data")).arg("-o").arg(&pipeline).output().unwrap();
    succeeded(&init);
    let text = std::fs::read_to_string(&pipeline).unwrap();
    assert!(text.contains("community_grid*.xlsx") && text.contains("community_grid*.csv"), "{text}");
    assert!(!text.contains("name = \"readme\"") && !text.contains(".gitattributes"), "{text}");
    // An existing file is somebody's work.
    let again = gridlink().arg("init").arg(root().join("sample_data")).arg("-o").arg(&pipeline).output().unwrap();
    assert!(ended(&again, 73).contains("--force"));
    succeeded(&gridlink().arg("check").arg(&pipeline).output().unwrap());
    succeeded(&gridlink().arg("run").arg(&pipeline).arg("--dry-run").output().unwrap());
    assert!(!folder.path().join("out/current").exists());
}
