use super::*;
use crate::message::Lang;
use crate::tables::{Links, RawChunk};
use arrow::array::StringArray;
use proptest::prelude::*;
use std::sync::Arc;

fn key(text: &str) -> Key {
    let (source, record_id) = text.split_once(':').unwrap();
    Key { source: source.into(), record_id: record_id.into() }
}

fn decision(left: &str, right: &str, verdict: Verdict, number: u64) -> Decision {
    let (by, note, sheet) = (String::new(), String::new(), String::new());
    Decision { left: key(left), right: key(right), verdict, by, note, sheet, number }
}

#[test]
fn the_last_decision_on_two_records_holds_whichever_stands_first() {
    let decisions = vec![
        decision("a:1", "b:2", Verdict::Same, 1),
        decision("a:3", "b:4", Verdict::Same, 2),
        decision("b:2", "a:1", Verdict::Different, 3),
        decision("a:5", "b:6", Verdict::Different, 4),
        decision("b:4", "a:3", Verdict::Open, 5),
    ];
    let held: Vec<u64> = in_force(decisions).iter().map(|decision| decision.number).collect();
    assert_eq!(held, [4, 3]);
}

fn links(pairs: &[(u32, u32, f32)]) -> Links {
    Links {
        left: pairs.iter().map(|pair| pair.0).collect::<Vec<_>>().into(),
        right: pairs.iter().map(|pair| pair.1).collect::<Vec<_>>().into(),
        match_weight: pairs.iter().map(|pair| pair.2).collect::<Vec<_>>().into(),
        ..Links::default()
    }
}

#[test]
fn a_person_is_taken_apart_where_least_holds_it_together() {
    let links = links(&[(0, 1, 10.0), (1, 2, 3.0), (2, 3, 9.0), (4, 5, 1.0)]);
    let mut clusters = vec![0, 0, 0, 0, 1, 1];
    let pairs = Pairs { same: vec![], different: vec![(0, 3)] };
    let outcome = apply(&pairs, (&[], &links), None, &mut clusters, 2);
    assert_eq!(clusters, [0, 0, 2, 2, 1, 1]);
    assert_eq!((outcome.clusters, outcome.taken_apart), (3, vec![0, 1, 2, 3]));
    // What a filled-in sheet says is believed before weights.
    let mut clusters = vec![0, 0, 0, 0, 1, 1];
    apply(&pairs, (&[(1, 3)], &links), None, &mut clusters, 2);
    assert_eq!(clusters, [0, 2, 2, 2, 1, 1]);
}

#[test]
fn two_persons_become_one_and_numbers_stay_without_gaps() {
    let mut clusters = vec![0, 1, 2, 2, 3];
    let pairs = Pairs { same: vec![(4, 1)], different: vec![(0, 1)] };
    let outcome = apply(&pairs, (&[], &Links::default()), None, &mut clusters, 4);
    assert_eq!((outcome.clusters, outcome.joined, outcome.contradicting), (3, vec![(4, 1)], 0));
    assert_eq!((clusters[1], clusters[0]), (clusters[4], 0));
    assert!(clusters.iter().all(|&cluster| cluster < 3) && outcome.taken_apart.is_empty());
}

#[test]
fn of_decisions_that_contradict_each_other_the_earlier_one_is_left() {
    // One person twice and two persons once cannot all be; the latest of the first kind stands first.
    let mut clusters = vec![0, 1, 2];
    let pairs = Pairs { same: vec![(1, 2), (0, 1)], different: vec![(0, 2)] };
    let outcome = apply(&pairs, (&[], &Links::default()), None, &mut clusters, 3);
    assert_eq!((outcome.joined, outcome.contradicting), (vec![(1, 2)], 1));
    assert_eq!(clusters[1], clusters[2]);
    assert_ne!(clusters[0], clusters[2]);
}

proptest! {
    #[test]
    fn decisions_win_and_nobody_else_moves(
        starts in proptest::collection::vec(0_u32..6, 12),
        weights in proptest::collection::vec((0_u32..12, 0_u32..12, 0_u32..20), 0..30),
        same in proptest::collection::vec((0_u32..12, 0_u32..12), 0..4),
        different in proptest::collection::vec((0_u32..12, 0_u32..12), 0..4),
    ) {
        let mut before = starts;
        let clusters = numbered(&mut before);
        // Links lie within clusters, as accepted pairs do.
        let within = |&&(a, b, _): &&(u32, u32, u32)| a != b && before[a as usize] == before[b as usize];
        let links = links(&weights.iter().filter(within).map(|&(a, b, w)| (a, b, w as f32)).collect::<Vec<_>>());
        let two = |pairs: Vec<(u32, u32)>| pairs.into_iter().filter(|(a, b)| a != b).collect::<Vec<_>>();
        let pairs = Pairs { same: two(same), different: two(different) };
        let mut after = before.clone();
        let outcome = apply(&pairs, (&[], &links), None, &mut after, clusters);
        let one = |(a, b): (u32, u32)| after[a as usize] == after[b as usize];
        prop_assert!(!pairs.different.iter().any(|&pair| one(pair)));
        prop_assert!(outcome.joined.iter().all(|&pair| one(pair)));
        prop_assert_eq!(outcome.joined.len() as u64 + outcome.contradicting, pairs.same.len() as u64);
        let mut again = after.clone();
        again.sort_unstable();
        again.dedup();
        prop_assert_eq!(again, (0..outcome.clusters as u32).collect::<Vec<_>>());
        // A record whose cluster no decision names stays with whom it was.
        let decided = |row: u32| pairs.same.iter().chain(&pairs.different)
            .any(|&(a, b)| [a, b].iter().any(|&end| before[end as usize] == before[row as usize]));
        for a in (0..12).filter(|&row| !decided(row)) {
            for b in 0..12 {
                prop_assert_eq!(one((a, b)), before[a as usize] == before[b as usize]);
            }
        }
        // Without anything to keep apart, clusters only come together.
        if pairs.different.is_empty() {
            prop_assert!((0..12).all(|a| (0..12).all(|b| before[a] != before[b] || after[a] == after[b])));
        }
    }
}

/// Numbers without gaps, and how many.
fn numbered(clusters: &mut [u32]) -> usize {
    let mut seen: Vec<u32> = Vec::new();
    for cluster in clusters.iter_mut() {
        let at = seen.iter().position(|known| known == cluster).unwrap_or_else(|| {
            seen.push(*cluster);
            seen.len() - 1
        });
        *cluster = at as u32;
    }
    seen.len()
}

fn form() -> Form {
    let verdicts = [Lang::Zh, Lang::En].into_iter().flat_map(verdicts).collect();
    Form { columns: headings(Lang::En).into(), verdicts, unescape: |text| text.strip_prefix('\'').unwrap_or(text) }
}

#[test]
fn rows_of_a_sheet_become_decisions_or_say_why_not() {
    let rows = [
        ["police", "1", "health", "2", "same", "Li", ""],
        ["police", "'-3", "health", "4", " 不是同一人 ", "", "twins"],
        ["police", "5", "health", "6", "", "", "asked again"],
        ["police", "7", "", "", "same", "", ""],
        ["police", "8", "police", "8", "same", "", ""],
        ["police", "9", "health", "9", "perhaps", "", ""],
        ["police", "1", "health", "2", "Ｏｐｅｎ", "", ""],
        ["police", "5", "health", "6", "待定", "", ""],
    ];
    let column = |at: usize| Arc::new(rows.iter().map(|row| Some(row[at])).collect::<StringArray>());
    let columns = (0..7).map(|at| (*column(at)).clone()).collect();
    let chunk = RawChunk { source: 0, file: 0, columns, line: (2..10).collect(), byte: vec![0; 8], sheet: None };
    let found = read(&form(), &[chunk], "a.csv");
    let told: Vec<_> =
        found.decisions.iter().map(|d| (d.left.record_id.as_str(), d.verdict, d.note.as_str())).collect();
    assert_eq!(
        told,
        [
            ("1", Verdict::Same, ""),
            ("-3", Verdict::Different, "twins"),
            ("1", Verdict::Open, ""),
            ("5", Verdict::Open, "")
        ]
    );
    assert_eq!(found.rejected, [(5, "no_record_key"), (6, "same_record"), (7, "unknown_decision")]);
    assert_eq!(found.undecided, 1);
}

#[test]
fn the_store_keeps_a_sheet_once_and_numbers_decisions_on() {
    let store = tempfile::tempdir().unwrap();
    let one = vec![decision("a:1", "b:2", Verdict::Same, 0), decision("a:3", "b:4", Verdict::Same, 0)];
    assert!(journal::all(store.path()).unwrap().is_empty());
    assert!(journal::add(store.path(), "ff00", one.clone()).unwrap());
    assert!(!journal::add(store.path(), "ff00", one).unwrap());
    assert!(journal::add(store.path(), "0a00", vec![decision("a:1", "b:2", Verdict::Open, 0)]).unwrap());
    let mut numbers: Vec<u64> = journal::all(store.path()).unwrap().iter().map(|decision| decision.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(in_force(journal::all(store.path()).unwrap()).len(), 1);
}

#[test]
fn a_record_moves_to_the_person_whom_somebody_named() {
    // 0 and 1 are one person with a number, 4 and 5 another; 2 hung weakly with the first and is of the second.
    let numbers = [7_u64, 7, 0, 0, 9, 9];
    let value = |row: u32| numbers[row as usize];
    let once = Some(Once { value: &value, is_shared: true });
    let links = links(&[(0, 1, 40.0), (1, 2, 1.0), (4, 5, 40.0)]);
    let mut clusters = [0, 0, 0, 1, 2, 2];
    let pairs = Pairs { same: vec![(2, 4)], different: vec![] };
    let outcome = apply(&pairs, (&[], &links), once, &mut clusters, 3);
    assert_eq!((clusters[0] == clusters[1], clusters[4] == clusters[5]), (true, true));
    assert_eq!((clusters[2] == clusters[4], clusters[0] == clusters[4]), (true, false), "{clusters:?}");
    assert_eq!((outcome.clusters, outcome.contradicting), (3, 0));
    // Whoever says it of the two numbers means the two persons.
    let mut clusters = [0, 0, 0, 1, 2, 2];
    apply(&Pairs { same: vec![(1, 4)], different: vec![] }, (&[], &links), once, &mut clusters, 3);
    assert_eq!((clusters[0], clusters[2]), (clusters[5], clusters[5]));
}

#[test]
fn nobody_is_twice_in_a_source_because_of_a_decision() {
    let sources = [1_u64, 2, 1, 2];
    let value = |row: u32| sources[row as usize];
    let once = Some(Once { value: &value, is_shared: false });
    let links = links(&[(0, 1, 20.0), (2, 3, 20.0)]);
    let mut clusters = [0, 0, 1, 1];
    apply(&Pairs { same: vec![(0, 3)], different: vec![] }, (&[], &links), once, &mut clusters, 2);
    assert_eq!(clusters[0], clusters[3]);
    assert!(clusters[0] != clusters[1] && clusters[0] != clusters[2] && clusters[1] != clusters[2], "{clusters:?}");
}
