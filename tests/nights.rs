//! One night after another: what is carried over, and what happens to a set when a run cannot finish.

use crate::support::{City, assert_same_files, ended, files, lasting_files, manifest, rows, succeeded};
use assert_cmd::cargo::cargo_bin;
use gridlink::store::Store;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const PERSONS: u64 = 300;

#[test]
fn a_second_night_carries_the_first_on() {
    let city = City::new(PERSONS);
    let first = city.publish("out", &[]);
    let members = |set: &Path| {
        let mut rows = rows(set, "members", &["source", "record_id", "person_id"]);
        rows.sort();
        rows
    };
    let items = |set: &Path| rows(set, "followups", &["item_id", "rule", "person_id"]);
    let before = (members(&first), items(&first));
    let second = city.publish("out", &["--as-of", "2022-03-28"]);
    assert_ne!(first, second);
    assert_eq!(before.0, members(&second), "persons keep their ids");
    let kept: Vec<_> = items(&second);
    assert!(before.1.iter().all(|item| kept.contains(item)), "no item is lost");
    let counts = manifest(&second)["counts"].clone();
    assert!(counts["items_new"].as_u64() < counts["items_open"].as_u64(), "{counts}");

    // A person of whom all records are gone, and a record that is new.
    let path = city.path("dumps/police_population.csv");
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    std::fs::write(&path, lines[..lines.len() * 3 / 4].concat()).unwrap();
    let third = city.publish("out", &["--as-of", "2022-03-29"]);
    let now = members(&third);
    assert!(now.len() < before.0.len());
    let moved = now.iter().filter(|member| !before.0.contains(member)).count();
    assert!(moved * 50 < now.len(), "{moved} of {} records changed their person", now.len());
    let told = manifest(&third)["warnings"].to_string();
    assert!(told.contains("police_population") && told.contains("上一批次"), "{told}");
    assert!(!manifest(&second)["warnings"].to_string().contains("上一批次"));
    let runs = std::fs::read_dir(city.path("out/runs")).unwrap().count();
    assert_eq!(runs, 3, "older sets stay");
}

#[test]
fn a_night_that_is_run_again_tells_the_same() {
    let city = City::new(PERSONS);
    let again = |first: &Path, arguments: &[&str]| {
        let second = city.publish("out", arguments);
        assert_ne!(first, second);
        assert_same_files(&lasting_files(first), &lasting_files(&second));
    };
    again(&city.publish("out", &[]), &[]);
    let path = city.path("dumps/police_population.csv");
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    std::fs::write(&path, lines[..lines.len() * 3 / 4].concat()).unwrap();
    let next = ["--as-of", "2022-03-29"];
    let set = city.publish("out", &next);
    let counts = manifest(&set)["counts"].clone();
    assert!(counts["items_new"].as_u64() > Some(0), "{counts}");
    assert!(!rows(&set, "changes", &["kind"]).is_empty());
    again(&set, &next);
}

#[test]
fn a_store_that_was_lost_is_told_of() {
    let city = City::new(PERSONS);
    city.publish("out", &[]);
    let state = city.path("out-store/state");
    let run = || city.run(&["--set", "run.output=out", "--set", "run.store=out-store"]);
    std::fs::remove_file(state.join("items.parquet")).unwrap();
    let said = ended(&run(), 65);
    assert!(said.contains("begin anew") && said.contains("backup"), "{said}");
    std::fs::remove_dir_all(&state).unwrap();
    let said = succeeded(&run());
    assert!(said.contains("begin anew"), "{said}");
}

#[test]
fn older_sets_go_where_the_pipeline_says_so() {
    let city = City::new(PERSONS);
    let sets: Vec<_> = (25..29)
        .map(|day| {
            let day = format!("2022-03-{day}");
            city.publish("out", &["--as-of", &day, "--set", "run.keep_sets=2"])
        })
        .collect();
    assert_eq!(sets.iter().map(|set| set.is_dir()).collect::<Vec<_>>(), [false, false, true, true]);
    let list = std::fs::read_to_string(city.path("out/removed.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of: Vec<&str> = lines.iter().filter_map(|line| line["as_of"].as_str()).collect();
    assert_eq!(of, ["2022-03-25", "2022-03-26"]);
    assert!(lines.iter().all(|line| line["manifest_sha256"].as_str().unwrap().len() == 64));
    let wrong = city.run(&["--set", "run.keep_sets=0"]);
    assert!(ended(&wrong, 78).contains("keep_sets"));
}

#[test]
fn a_second_run_at_the_same_time_is_told_so() {
    let city = City::new(60);
    let (output, store) = (city.path("out"), city.path("store"));
    let held = Store::open(&output, &store, "2022-03-27 01:00:00").unwrap();
    let said = ended(&city.run(&[]), 75);
    assert!(said.contains("2022-03-27 01:00:00"), "{said}");
    drop(held);
    succeeded(&city.run(&[]));
}

#[test]
fn a_killed_run_leaves_the_set_and_the_next_works() {
    let city = City::new(PERSONS);
    succeeded(&city.run(&[]));
    let set = city.path("out/current").canonicalize().unwrap();
    let before = files(&set);
    for step in ["ingest:", "fit:", "rollup:"] {
        let mut run = Command::new(cargo_bin("gridlink"))
            .arg("run")
            .arg(city.path("pipeline.toml"))
            .args(["--lang", "en"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(run.stderr.take().unwrap()).lines();
        let reached = lines.map_while(Result::ok).any(|line| line.starts_with(step));
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(reached, "no line of {step}");
        // A run killed after its last step may have published: then it did so wholly.
        let now = city.path("out/current").canonicalize().unwrap();
        assert!(now.join("manifest.json").is_file());
        assert_same_files(&before, &files(&set));
    }
    succeeded(&city.run(&[]));
    let left: Vec<String> =
        files(&city.path("out/runs")).into_keys().filter(|name| name.contains(".partial")).collect();
    assert!(left.is_empty(), "{left:?}");
    let stores = std::fs::read_dir(city.path("store")).unwrap();
    let names: Vec<String> = stores.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.starts_with("next-") || name == "state.old"), "{names:?}");
}

#[test]
fn an_output_that_cannot_be_written_is_73() {
    let city = City::new(60);
    std::fs::write(city.path("taken"), "a file").unwrap();
    for key in ["run.output=taken", "run.store=taken", "run.output=taken/below", "run.output=/proc/gridlink"] {
        let said = ended(&city.run(&["--set", key]), 73);
        assert!(said.contains("cannot create"), "{said}");
    }
    // Somebody's folder in the place of the link.
    std::fs::create_dir_all(city.path("mine/current")).unwrap();
    ended(&city.run(&["--set", "run.output=mine"]), 73);
}

#[test]
fn a_full_disk_leaves_the_set_before() {
    let city = City::new(PERSONS);
    succeeded(&city.run(&[]));
    let set = city.path("out/current").canonicalize().unwrap();
    let (before, state) = (files(&set), files(&city.path("store/state")));
    // No file may grow beyond 16 KiB: as a full disk, that is found out while writing.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" run \"$1\"";
    let output = Command::new("bash")
        .args(["-c", script])
        .arg(cargo_bin("gridlink"))
        .arg(city.path("pipeline.toml"))
        .env("LANG", "C")
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!(code == 73 || code == 74, "{}", ended(&output, 74));
    ended(&output, code);
    assert_eq!(city.path("out/current").canonicalize().unwrap(), set);
    assert_same_files(&before, &files(&set));
    assert_same_files(&state, &files(&city.path("store/state")));
    assert_eq!(std::fs::read_dir(city.path("out/runs")).unwrap().count(), 1);
    succeeded(&city.run(&[]));
}

/// A file system in memory that is too small for the set, but not so small that it is noticed before the work.
#[test]
fn a_file_system_that_fills_up_while_writing_is_told() {
    let city = City::new(PERSONS);
    let room = city.path("small");
    std::fs::create_dir(&room).unwrap();
    let dumps: u64 = files(&city.path("dumps")).values().map(|bytes| bytes.len() as u64).sum();
    let script = "mount -t tmpfs -o size=\"$1\" none \"$2\" && exec \"$0\" run \"$3\" --set run.output=\"$2/out\"";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "bash", "-c", script])
        .arg(cargo_bin("gridlink"))
        .arg((dumps / 2 + (96 << 10)).to_string())
        .arg(&room)
        .arg(city.path("pipeline.toml"))
        .env("LANG", "C")
        .output();
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    match output {
        Ok(output) if said(&output).contains("ingest") => {
            let code = output.status.code().unwrap();
            let text = ended(&output, code);
            assert_eq!(code, 74, "{text}");
            assert!(text.contains("full") || text.contains("No space"), "{text}");
            // The store is on a disk with room, and nothing was taken over.
            assert!(!city.path("store/state").exists());
            succeeded(&city.run(&[]));
        }
        // Not every machine lets a process mount something of its own; the limit on file sizes above stands in there.
        Ok(output) => eprintln!("skipped: no file system of its own: {}", said(&output)),
        Err(error) => eprintln!("skipped: no unshare: {error}"),
    }
}
