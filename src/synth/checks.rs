//! Tests of whole cities.

use super::*;
use crate::events::NullSink;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::PathBuf;

fn city(settings: &CitySettings) -> (tempfile::TempDir, CitySummary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = write_city(folder.path(), settings, &NullSink).unwrap();
    (folder, summary)
}

fn small(seed: u64, damage: f64) -> CitySettings {
    CitySettings { persons: 1_000, seed, damage, ..CitySettings::default() }
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Cells of a file, row by row, read by other means than the writer's; lines that hold newlines stay apart.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    if name.ends_with(".xlsx") {
        use calamine::Reader;
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
        let range = book.worksheet_range_at(0).unwrap().unwrap();
        return range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    }
    if name.ends_with(".jsonl") {
        let text = String::from_utf8(bytes).unwrap();
        let object = |line| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).ok();
        let value = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
        return text.lines().filter_map(object).map(|o| o.values().map(value).collect()).collect();
    }
    let bytes = if name.ends_with(".gz") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        plain
    } else {
        bytes
    };
    let delimiter = if name.ends_with(".txt") { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(&bytes[..]);
    // Short GB18030 text may pass as UTF-8: decide by the file, and by the whole row only where a file mixes both.
    let chinese = name.starts_with("police_population") || name.starts_with("community_grid");
    let read = |row: csv::ByteRecord| {
        let utf8 = !chinese && std::str::from_utf8(row.as_slice()).is_ok();
        let text = |field: &[u8]| match utf8 {
            true => String::from_utf8_lossy(field).trim_start_matches('\u{feff}').to_owned(),
            false => encoding_rs::GB18030.decode(field).0.into_owned(),
        };
        row.iter().map(text).collect()
    };
    reader.byte_records().map(|row| read(row.unwrap())).collect()
}

fn source_of(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    SOURCES.into_iter().find(|source| name.starts_with(source))
}

fn truth(root: &Path) -> HashMap<(String, String), String> {
    let text = std::fs::read_to_string(root.join("truth.csv")).unwrap();
    let mut truth = HashMap::new();
    for line in text.lines().skip(1) {
        let parts: Vec<&str> = line.split(',').collect();
        let old = truth.insert((parts[0].to_owned(), parts[1].to_owned()), parts[2].to_owned());
        assert!(old.is_none(), "a key stands twice in the truth");
    }
    truth
}

#[test]
fn equal_settings_give_equal_bytes() {
    let (a, first) = city(&small(5, 1.0));
    let (b, second) = city(&small(5, 1.0));
    assert_eq!(first, second);
    let (a, b) = (files(a.path()), files(b.path()));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (path, bytes) in &a {
        assert!(b[path] == *bytes, "{} differs", path.display());
    }
    let (c, _) = city(&small(6, 1.0));
    assert_ne!(files(c.path())[Path::new("truth.csv")], a[Path::new("truth.csv")]);
}

#[test]
fn the_truth_covers_every_row_that_is_a_record() {
    let (folder, summary) = city(&small(7, 1.0));
    let truth = truth(folder.path());
    assert_eq!(truth.len() as u64, summary.records);
    assert_eq!(summary.persons, 1_000);
    let mut found = HashSet::new();
    for path in files(folder.path()).keys() {
        let Some(source) = source_of(path) else { continue };
        for row in rows(&folder.path().join(path)) {
            let key = (source.to_owned(), row[0].clone());
            if truth.contains_key(&key) {
                found.insert(key);
            } else {
                // A header, a title, a total, or a broken row, whose key says so.
                let first = &row[0];
                let digits = first.chars().filter(char::is_ascii_digit).count();
                assert!(digits < 8 || first.ends_with('Z'), "row without truth in {}", path.display());
            }
        }
    }
    assert_eq!(found.len(), truth.len());
    let persons: HashSet<_> = truth.values().collect();
    assert_eq!(persons.len() as u64, summary.known_persons);
}

#[test]
fn records_a_person_are_as_set() {
    let (_, summary) = city(&CitySettings { persons: 4_000, ..CitySettings::default() });
    let rate = summary.records as f64 / summary.persons as f64;
    assert!((3.5..4.15).contains(&rate), "{rate}");
    assert!(summary.records_by_source.iter().all(|(_, records)| *records > 300));
    assert!(summary.broken_rows > 0);
}

/// Of the register joined with the other files by the truth: how often a column differs.
fn names_that_differ(root: &Path) -> (usize, usize) {
    let truth = truth(root);
    let mut register = HashMap::new();
    for row in rows(&root.join("dumps/police_population.csv")) {
        if let Some(person) = truth.get(&("police_population".to_owned(), row[0].clone())) {
            register.insert(person.clone(), row[1].clone());
        }
    }
    let (mut same, mut different) = (0, 0);
    for row in rows(&root.join("dumps/health_tests.csv.gz")) {
        if let Some(person) = truth.get(&("health_tests".to_owned(), row[0].clone()))
            && let Some(name) = register.get(person)
        {
            if *name == row[1] { same += 1 } else { different += 1 }
        }
    }
    (same, different)
}

#[test]
fn damage_follows_its_factor() {
    let share = |damage: f64| {
        let (folder, _) = city(&CitySettings { persons: 2_000, damage, ..CitySettings::default() });
        let (same, different) = names_that_differ(folder.path());
        assert!(same > 800);
        different as f64 / (same + different) as f64
    };
    let (clean, usual, heavy) = (share(0.0), share(1.0), share(4.0));
    assert_eq!(clean, 0.0);
    assert!((0.003..0.04).contains(&usual), "{usual}");
    assert!(heavy > usual * 2.0, "{heavy}");
}

#[test]
fn a_clean_city_is_clean() {
    let (folder, summary) = city(&small(8, 0.0));
    assert_eq!(summary.broken_rows, 0);
    let mut ids = HashMap::new();
    let truth = truth(folder.path());
    for (source, file, column) in [
        ("police_population", "dumps/police_population.csv", 4),
        ("health_tests", "dumps/health_tests.csv.gz", 4),
        ("self_declarations", "dumps/self_declarations.csv", 2),
    ] {
        for row in rows(&folder.path().join(file)).iter().skip(1) {
            let person = &truth[&(source.to_owned(), row[0].clone())];
            let id = &row[column];
            assert!(id.is_empty() || damage::valid(id) || id.len() == 9, "{file}");
            assert_eq!(ids.entry(person.clone()).or_insert_with(|| id.clone()), id);
        }
    }
    let distinct: HashSet<_> = ids.values().filter(|id| !id.is_empty()).collect();
    assert_eq!(distinct.len(), ids.values().filter(|id| !id.is_empty()).count(), "two persons with one number");
}

#[test]
fn twins_and_shared_phones_exist() {
    let (folder, _) = city(&CitySettings { persons: 4_000, damage: 0.0, ..CitySettings::default() });
    let (mut phones, mut born) = (HashMap::new(), HashMap::new());
    for row in rows(&folder.path().join("dumps/police_population.csv")).iter().skip(1) {
        *phones.entry(row[11].clone()).or_insert(0) += 1;
        if row[10] == "子" || row[10] == "女" {
            *born.entry((row[9].clone(), row[5].clone(), row[7].clone())).or_insert(0) += 1;
        }
    }
    phones.remove("");
    assert!(phones.values().filter(|n| **n > 1).count() > 50);
    assert!(born.values().any(|n| *n > 1), "no twins");
}

#[test]
fn sources_can_be_left_out_and_numbers_withheld() {
    let without = vec!["health_tests".to_owned(), "community_grid".to_owned()];
    let settings = CitySettings { without, no_ids: true, ..small(9, 1.0) };
    let (folder, summary) = city(&settings);
    assert_eq!(summary.records_by_source.len(), 5);
    assert!(!folder.path().join("dumps/health_tests.csv.gz").exists());
    let pipeline = std::fs::read_to_string(folder.path().join("pipeline.toml")).unwrap();
    assert!(!pipeline.contains("name = \"health_tests\"") && pipeline.contains("name = \"police_arrivals\""));
    let register = rows(&folder.path().join("dumps/police_population.csv"));
    assert!(register.iter().skip(1).all(|row| row.len() != 13 || row[4].is_empty()));
    // What the others say is what they would have said.
    let (full, _) = city(&CitySettings { no_ids: true, ..small(9, 1.0) });
    let path = Path::new("dumps/self_declarations.csv");
    assert_eq!(files(folder.path())[path], files(full.path())[path]);
}

#[test]
fn mixes_change_the_names() {
    let count = |surnames, pattern: fn(&str) -> bool| {
        let (folder, _) = city(&CitySettings { surnames, ..small(10, 0.0) });
        rows(&folder.path().join("dumps/police_population.csv")).iter().filter(|row| pattern(&row[1])).count()
    };
    assert!(count(SurnameMix::MinorityRich, |n| n.contains('·')) > 5 * count(SurnameMix::Usual, |n| n.contains('·')));
    assert!(count(SurnameMix::Southern, |n| n.starts_with('陈')) > count(SurnameMix::Usual, |n| n.starts_with('陈')));
}

#[test]
fn the_grid_directory_is_complete() {
    let (folder, summary) = city(&small(11, 1.0));
    let grids = rows(&folder.path().join("dumps/grids.csv"));
    assert_eq!(grids.len() as u64, summary.grids + 1);
    let codes: HashSet<_> = grids.iter().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(codes.len() as u64, summary.grids);
    assert!(grids.iter().all(|row| row.len() == 14));
    let text = std::fs::read_to_string(folder.path().join("expected/key_region_arrivals.csv")).unwrap();
    assert_eq!(text.lines().count() as u64, summary.expected_key_region + 1);
    assert!(summary.expected_key_region > 3);
    let known: HashSet<_> = truth(folder.path()).into_values().collect();
    for line in text.lines().skip(1) {
        let parts: Vec<_> = line.split(',').collect();
        assert!(known.contains(parts[0]) && (parts[1].is_empty() || codes.contains(parts[1])));
    }
}

#[test]
fn a_few_estates_have_a_namesake_in_another_county() {
    let plan = Plan::new(2_000_000, &mut Rng::new(1));
    let county = |e: &places::Estate| plan.streets[plan.communities[e.community].street].county;
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    plan.estates.iter().for_each(|e| named.entry(&e.name).or_default().push(county(e)));
    let namesakes: Vec<_> = named.values().filter(|counties| counties.len() > 1).collect();
    assert!((10..60).contains(&namesakes.len()), "{}", namesakes.len());
    assert!(namesakes.iter().all(|counties| counties.len() == 2 && counties[0] != counties[1]));
    let codes: HashSet<_> = plan.grids.iter().map(|g| &g.code).collect();
    assert_eq!(codes.len(), plan.grids.len());
    // As a real city of that size has them: 4,010 base grids and 2,088 dedicated ones.
    let dedicated = plan.grids.iter().filter(|grid| grid.dedicated).count();
    let base = plan.grids.len() - dedicated;
    assert!((3_800..4_200).contains(&base) && (2_080..2_200).contains(&dedicated), "{base} + {dedicated}");
}

#[test]
fn wrong_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |settings: &CitySettings| write_city(folder.path(), settings, &NullSink).unwrap_err().exit;
    assert_eq!(refused(&CitySettings { without: vec!["police".to_owned()], ..small(1, 1.0) }), Exit::Usage);
    assert_eq!(refused(&small(1, f64::NAN)), Exit::Usage);
    assert_eq!(refused(&CitySettings { persons: 0, ..small(1, 1.0) }), Exit::Usage);
    write_city(folder.path(), &CitySettings { persons: 50, ..small(1, 1.0) }, &NullSink).unwrap();
    assert_eq!(refused(&small(1, 1.0)), Exit::Output);
}

#[test]
fn the_pipeline_file_is_toml() {
    let text = pipeline_text(&CitySettings::default(), &PipelinePaths::default());
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["source"].as_array().unwrap().len(), 7);
    assert_eq!(table["followup"].as_array().unwrap().len(), 15);
    assert!(!text.contains('@'), "a placeholder was left");
}
