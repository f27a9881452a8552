//! The same input gives the same bytes: whatever the number of threads, the names of the files and the order of rows.

use crate::support::{City, assert_same_files, lasting_files, rows};

const PERSONS: u64 = 400;

#[test]
fn threads_do_not_matter() {
    let city = City::new(PERSONS);
    let one = lasting_files(&city.publish("one", &["--threads", "1"]));
    assert!(one.keys().any(|name| name.ends_with(".xlsx")) && one.contains_key("bulletin.md"));
    for threads in ["2", "8"] {
        let more = lasting_files(&city.publish(threads, &["--threads", threads]));
        assert_same_files(&one, &more);
    }
}

#[test]
fn memory_does_not_matter() {
    let city = City::new(PERSONS);
    let free = lasting_files(&city.publish("free", &[]));
    // Less than any night needs: everything that can be kept in files is, and the night goes on all the same.
    let set = city.publish("limited", &["--memory-limit", "1MiB"]);
    assert_same_files(&free, &lasting_files(&set));
    let manifest = std::fs::read_to_string(set.join("manifest.json")).unwrap();
    // In the language of the pipeline, which is Chinese.
    assert!(manifest.contains("超过上限"), "whoever sets a limit is told where it was not held");
}

#[test]
fn the_order_of_files_does_not_matter() {
    let city = City::new(PERSONS);
    let before_set = city.publish("before", &[]);
    // What was read first is now read last, and the reverse.
    let dumps = city.path("dumps");
    let mut renamed = 0;
    for entry in std::fs::read_dir(&dumps).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(rest) = name.strip_prefix("community_grid_") {
            let number: u32 = rest[..3].parse().unwrap();
            std::fs::rename(&path, dumps.join(format!("community_grid_{:03}{}", 900 - number, &rest[3..]))).unwrap();
            renamed += 1;
        }
    }
    assert!(renamed > 2);
    let after_set = city.publish("after", &[]);
    let quarantine = |set| {
        let mut rows = rows(set, "quarantine", &["source", "line", "byte", "reason"]);
        rows.sort();
        rows
    };
    assert_eq!(quarantine(&before_set), quarantine(&after_set));
    let (mut before, mut after) = (lasting_files(&before_set), lasting_files(&after_set));
    for files in [&mut before, &mut after] {
        files.retain(|name, _| !name.starts_with("quarantine/"));
    }
    assert_same_files(&before, &after);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let city = City::new(PERSONS);
    let before_set = city.publish("before", &[]);
    for name in ["dumps/police_population.csv", "dumps/health_vaccination.jsonl"] {
        let bytes = std::fs::read(city.path(name)).unwrap();
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        let first = usize::from(name.ends_with(".csv"));
        lines[first..].reverse();
        std::fs::write(city.path(name), lines.concat()).unwrap();
    }
    let after_set = city.publish("after", &[]);
    let (before, after) = (lasting_files(&before_set), lasting_files(&after_set));
    for table in ["persons/", "members/", "events/", "links/", "followups/"] {
        let of = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
            files.iter().filter(|(name, _)| name.starts_with(table)).map(|(n, b)| (n.clone(), b.clone())).collect()
        };
        assert_same_files(&of(&before), &of(&after));
    }
}
