use super::*;
use jiff::civil::date;

const NIGHT: Date = date(2022, 3, 27);

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn output(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    fn open(&self) -> Store {
        Store::open(&self.output(), &self.store(), "now").unwrap()
    }

    /// The text of the set and the model that belong together.
    fn seen(&self) -> (Option<String>, Option<String>) {
        let set = fs::read_to_string(self.output().join("current/table")).ok();
        (set, self.open().state().read_model().unwrap())
    }
}

fn publish(store: &Store, run_id: &str) {
    let run = store.begin_run(run_id, NIGHT).unwrap();
    fill(&run, run_id);
    run.commit().unwrap();
}

fn fill(run: &RunFolder<'_>, text: &str) {
    files::write(&run.path().join("table"), text.as_bytes()).unwrap();
    run.next_state().write_model(text).unwrap();
}

fn both(text: &str) -> (Option<String>, Option<String>) {
    (Some(text.to_owned()), Some(text.to_owned()))
}

#[test]
fn a_set_and_its_state_appear_together() {
    let place = Place::new();
    publish(&place.open(), "one");
    assert_eq!(place.seen(), both("one"));
    publish(&place.open(), "two");
    assert_eq!(place.seen(), both("two"));
    assert_eq!(fs::read_link(place.output().join("current")).unwrap(), Path::new("runs/two"));
    assert!(place.output().join("runs/one/table").exists(), "the set before stays");
}

#[test]
fn state_that_a_run_does_not_write_stays() {
    let place = Place::new();
    publish(&place.open(), "one");
    let store = place.open();
    store.begin_run("two", NIGHT).unwrap().commit().unwrap();
    assert_eq!(store.state().read_model().unwrap().as_deref(), Some("one"));
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let place = Place::new();
    let store = place.open();
    publish(&store, "one");
    let run = store.begin_run("two", NIGHT).unwrap();
    fill(&run, "two");
    drop(run);
    drop(store);
    assert_eq!(place.seen(), both("one"));
    assert_eq!(names_in(&place.output().join("runs")).unwrap(), ["one"]);
    assert_eq!(names_in(&place.store()).unwrap(), ["lock", "state"]);
}

/// Kills the run after each step of the commit: the set and the state must always be of the same night.
#[test]
fn a_crash_at_any_step_leaves_the_old_set_or_the_new() {
    type Step = fn(&RunFolder<'_>);
    let state = |run: &RunFolder<'_>, name: &str| run.store.store.join(name);
    let steps: [(&str, Step); 6] = [
        ("nothing done", |_| {}),
        ("durable", |run| run.make_durable().unwrap()),
        ("appeared", |run| drop(run.appear().unwrap())),
        ("linked", |run| run.link().unwrap()),
        ("old state moved away", |run| {
            fs::rename(run.store.store.join("state"), run.store.store.join("state.old")).unwrap();
        }),
        ("new state moved in", |run| fs::rename(&run.next, run.store.store.join("state")).unwrap()),
    ];
    for killed_after in 0..steps.len() {
        let place = Place::new();
        publish(&place.open(), "one");
        {
            let store = place.open();
            let run = std::mem::ManuallyDrop::new(store.begin_run("two", NIGHT).unwrap());
            fill(&run, "two");
            for (_, step) in &steps[..=killed_after] {
                step(&run);
            }
            assert!(state(&run, "lock").exists());
        }
        let expected = if killed_after < 3 { "one" } else { "two" };
        assert_eq!(place.seen(), both(expected), "killed after: {}", steps[killed_after].0);
        let store = place.open();
        assert_eq!(names_in(&place.store()).unwrap(), ["lock", "state"], "leftovers are gone");
        publish(&store, "three");
        drop(store);
        assert_eq!(place.seen(), both("three"));
        let runs = names_in(&place.output().join("runs")).unwrap();
        assert!(runs.iter().all(|name| !name.starts_with('.')), "{runs:?}");
        assert_eq!(runs.contains(&"two".to_owned()), killed_after >= 3, "a set never linked is gone");
    }
}

#[test]
fn two_outputs_may_share_a_store() {
    let place = Place::new();
    publish(&place.open(), "one");
    {
        let store = place.open();
        let run = std::mem::ManuallyDrop::new(store.begin_run("two", NIGHT).unwrap());
        fill(&run, "two");
        run.make_durable().unwrap();
        run.appear().unwrap();
        run.link().unwrap(); // killed before the state moved in
    }
    let other = Store::open(&place.dir.path().join("other"), &place.store(), "now").unwrap();
    assert_eq!(other.state().read_model().unwrap().as_deref(), Some("two"));
}

#[test]
fn a_second_run_is_refused() {
    let place = Place::new();
    let _first = place.open();
    let error = Store::open(&place.output(), &place.dir.path().join("other store"), "later").unwrap_err();
    assert_eq!(error.exit, Exit::Locked);
    let error = Store::open(&place.dir.path().join("other output"), &place.store(), "later").unwrap_err();
    assert_eq!(error.exit, Exit::Locked);
}

#[test]
fn one_folder_may_be_output_and_store() {
    let dir = tempfile::tempdir().unwrap();
    publish(&Store::open(dir.path(), dir.path(), "now").unwrap(), "one");
    assert!(dir.path().join("current/table").exists());
}

#[test]
fn old_sets_go_and_stay_on_the_list() {
    let place = Place::new();
    let store = place.open();
    let runs = ["20220325T0200-01", "20220326T0200-01", "20220327T0200-01", "20220328T0200-01"];
    for run in runs {
        publish(&store, run);
        fs::write(store.runs().join(run).join("manifest.json"), "{}").unwrap();
    }
    // Somebody's own folder is no set, however old it looks.
    fs::create_dir(store.runs().join("2021-kept-by-hand")).unwrap();
    // One removal was cut short, after its set was hidden.
    fs::rename(store.runs().join(runs[0]), store.runs().join(format!(".{}.removed", runs[0]))).unwrap();
    let removed = store.remove_sets(2, "2022-03-28 04:00").unwrap();
    let names: Vec<&str> = removed.iter().map(|set| set.run_id.as_str()).collect();
    assert_eq!((names, removed[0].files), (vec![runs[0], runs[1]], 2));
    assert_eq!(names_in(&store.runs()).unwrap(), ["2021-kept-by-hand", runs[2], runs[3]]);
    assert_eq!(store.remove_sets(2, "2022-03-29 04:00").unwrap(), []);
    // The published set stays, even if it is the oldest.
    fs::remove_file(place.output().join("current")).unwrap();
    std::os::unix::fs::symlink(Path::new("runs").join(runs[2]), place.output().join("current")).unwrap();
    assert_eq!(store.remove_sets(1, "2022-03-30 04:00").unwrap()[0].run_id, runs[3]);
    assert!(place.output().join("current/table").exists());
    let list = fs::read_to_string(place.output().join("removed.jsonl")).unwrap();
    assert_eq!(list.lines().count(), 3);
    assert!(list.lines().all(|line| line.contains("\"removed_at\":\"2022-03-")), "{list}");
}

#[test]
fn what_stands_in_the_way_is_told_before_the_run() {
    let place = Place::new();
    fs::create_dir_all(place.output().join("current")).unwrap();
    let error = Store::open(&place.output(), &place.store(), "now").unwrap_err();
    assert_eq!((error.exit, error.what.key()), (Exit::Output, "store.current_taken"));
    fs::remove_dir(place.output().join("current")).unwrap();
    let error = place.open().check_space(u64::MAX).unwrap_err();
    assert_eq!((error.exit, error.what.key()), (Exit::Output, "store.little_space"));
    place.open().check_space(1).unwrap();
}

#[test]
fn run_ids_are_times_and_never_taken() {
    let place = Place::new();
    let store = place.open();
    let at = jiff::civil::date(2022, 3, 27).at(2, 15, 0, 0);
    assert_eq!(store.new_run_id(at), "20220327T021500-01");
    publish(&store, "20220327T021500-01");
    assert_eq!(store.new_run_id(at), "20220327T021500-02");
    assert_eq!(store.begin_run("20220327T021500-01", NIGHT).unwrap_err().what.key(), "store.run_exists");
}

#[test]
fn a_night_that_is_run_again_begins_where_it_began() {
    let place = Place::new();
    let told = |as_of: Date| place.open().state_before(as_of).read_model().unwrap();
    let publish = |run_id: &str, as_of: Date| {
        let store = place.open();
        let run = store.begin_run(run_id, as_of).unwrap();
        fill(&run, run_id);
        run.commit().unwrap();
    };
    assert_eq!(told(NIGHT), None);
    publish("one", NIGHT);
    let next = date(2022, 3, 28);
    assert_eq!((told(NIGHT), told(next)), (None, Some("one".into())));
    publish("one again", NIGHT);
    assert_eq!((told(NIGHT), told(next)), (None, Some("one again".into())));
    publish("two", next);
    publish("two again", next);
    assert_eq!(told(next).as_deref(), Some("one again"));
    assert_eq!(told(date(2022, 3, 29)).as_deref(), Some("two again"));
    assert!(!place.store().join("state/before/before").exists(), "one night back, not all of them");
}
