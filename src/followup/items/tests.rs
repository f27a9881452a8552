use super::super::directory::tests::directory;
use super::super::residence::{GridRules, assign};
use super::super::sample::{Row, person_of, sample};
use super::*;
use crate::config::{Agency, DedicatedGrids, GridEvidence};
use jiff::civil::date;

const DAY: i64 = crate::followup::time::DAY_SECONDS;
const RULES: GridRules<'static> = GridRules {
    sources: &[],
    agencies: &[Agency::Community],
    order: &GridEvidence::ORDER,
    dedicated: DedicatedGrids::Beside,
    returns: None,
};

/// A night of `day` days after 2022-03-20 with these records, whose rules are `a` (24 hours), `b` (no deadline) and `c`
/// (no deadline, 12 hours from 2022-03-25 on).
fn night(day: i8, rows: &[Row], yesterday: &[Item], due: Vec<Due>, renamed: &[(u64, u64)]) -> Items {
    night_without((&[], &[]), day, rows, yesterday, due, renamed)
}

/// The same, with what is missing of its sources `sweep` and `b`, and which of them are from above.
fn night_without(
    (missing, from_above): (&[bool], &[bool]),
    day: i8,
    rows: &[Row],
    yesterday: &[Item],
    due: Vec<Due>,
    renamed: &[(u64, u64)],
) -> Items {
    let (records, persons) = sample(rows);
    let (directory, _) = directory(&[&["G1"], &["G2"]]);
    let visits = Visits::read(&records, &person_of(&records, &persons), persons.len(), date(2022, 3, 20 + day), &[]);
    let (residence, _) = assign(&records, &persons, &directory, &visits, RULES);
    let rule = |name: &str, due_hours| Followup {
        name: name.into(),
        title: name.into(),
        due_hours,
        due_changes: if name == "c" { vec![(date(2022, 3, 25), 12), (date(2022, 4, 1), 6)] } else { vec![] },
        priority: 1,
        fields: vec![],
        visit_settles: true,
        settled_by: None,
        sql: String::new(),
    };
    let night = Night {
        records: &records,
        sources: &["sweep", "b"],
        persons: &persons,
        residence: &residence,
        directory: &directory,
        visits: &visits,
        followups: &[rule("a", Some(24)), rule("b", None), rule("c", None)],
        missing,
        from_above,
        as_of: date(2022, 3, 20 + day),
    };
    let renamed: Vec<_> = renamed.iter().map(|&(old, new)| (PersonId(old), PersonId(new))).collect();
    let items = update(&night, yesterday.to_vec(), due, &renamed);
    assert!(items.counts.balance(), "{:?}", items.counts);
    assert_eq!(items.counts.yesterday as usize, yesterday.len());
    let ids: HashSet<ItemId> = items.items.iter().map(|item| item.item_id).collect();
    assert_eq!(ids.len(), items.items.len(), "keys are distinct");
    items
}

fn start() -> i64 {
    midnight(date(2022, 3, 20))
}

fn due(rule: u32, person: u64, since: Option<i64>) -> Due {
    Due { rule, person: PersonId(person), since: since.map(|s| start() + s), reason: "来返".into(), ..Due::default() }
}

fn visit(person: u64, at: i64, result: &'static str) -> Row {
    Row { event: Some(("visit", midnight(date(2022, 3, 20)) + at, result)), ..Row::of(person) }
}

fn states(items: &Items) -> Vec<(u64, &str, &str)> {
    items.items.iter().map(|i| (i.person_id.0, &*i.rule, i.state.as_str())).collect()
}

fn kinds(items: &Items) -> Vec<&str> {
    items.changes.iter().map(|change| change.kind).collect()
}

#[test]
fn a_missing_dump_reopens_nothing_and_a_flood_is_told() {
    let told = |items: &Items| items.messages.iter().map(Message::key).collect::<Vec<_>>().join(" ");
    let asked = |from: u64| (from..=30).map(|person| due(0, person, Some(0))).collect::<Vec<Due>>();
    let all = |first: Row| -> Vec<Row> { std::iter::once(first).chain((2..=30).map(Row::of)).collect() };
    let first = night(0, &all(visit(1, 3_600, "已核实")), &[], vec![due(0, 1, Some(0))], &[]);
    assert_eq!(states(&first), [(1, "a", "done")]);
    assert!(first.items[0].evidence.iter().any(|key| key.starts_with("sweep:")), "{:?}", first.items[0].evidence);
    // The visits of that source are not there, so the rule asks for everybody.
    let second = night_without((&[true], &[]), 1, &all(Row::of(1)), &first.items, asked(1), &[]);
    assert_eq!(states(&second)[0], (1, "a", "done"), "it was visited all the same");
    assert_eq!(second.counts.new, 29);
    assert_eq!(told(&second), "followup.flood");
    let whole = night_without((&[false], &[]), 1, &all(Row::of(1)), &first.items, asked(1), &[]);
    assert_eq!((states(&whole)[0], told(&whole).as_str()), ((1, "a", "open"), ""), "nothing is missing");
}

#[test]
fn overdue_items_that_nobody_visited_do_not_lapse_unseen() {
    let first = night(0, &[Row::of(1), Row::of(2)], &[], vec![due(0, 1, Some(0)), due(0, 2, Some(0))], &[]);
    let second = night(5, &[Row::of(1), Row::of(2)], &first.items, vec![due(0, 1, Some(0)), due(0, 2, Some(0))], &[]);
    assert_eq!(states(&second), [(1, "a", "overdue"), (2, "a", "overdue")]);
    let third = night(6, &[Row::of(1), Row::of(3)], &second.items, vec![], &[]);
    assert_eq!(
        states(&third),
        [(1, "a", "withdrawn"), (2, "a", "withdrawn")],
        "the second is gone, and not to be visited"
    );
    let told: Vec<String> = third.messages.iter().map(|message| message.render(crate::message::Lang::En)).collect();
    assert!(told.len() == 1 && told[0].starts_with("rule a: 1 overdue"), "{told:?}");
}

#[test]
fn what_a_missing_source_asked_for_stays_open() {
    let rows = [Row::of(1), Row::of(2), Row::of(3), visit(4, 3_600, "已核实")];
    let asked = |evidence: &str, mut due: Due| {
        due.evidence = vec![evidence.into()];
        due
    };
    let asked = vec![
        asked("sweep:1", due(0, 1, Some(0))),
        asked("sweeper:2", due(1, 2, Some(0))),
        asked("sweep:4", due(1, 4, Some(0))),
        asked("sweep:5", due(1, 3, Some(0))),
    ];
    let first = night(0, &rows, &[], asked, &[]);
    // Person 3 was in the missing source alone.
    let rows = [rows[0], rows[1], rows[3]];
    let second = night_without((&[true], &[]), 3, &rows, &first.items, vec![], &[]);
    let expected = [(1, "a", "overdue"), (2, "b", "withdrawn"), (3, "b", "withdrawn"), (4, "b", "done")];
    assert_eq!(states(&second), expected);
    assert_eq!((second.counts.held, second.counts.lost), (1, 1));
    let told: Vec<&str> = second.messages.iter().map(Message::key).collect();
    assert_eq!(told, ["followup.held", "followup.lost"]);
    // The source is back, and nothing asks for it any more.
    let third = night(4, &rows, &second.items, vec![], &[]);
    assert_eq!((states(&third)[0], third.counts.held), ((1, "a", "withdrawn"), 0));
}

#[test]
fn what_is_from_above_stays_open_until_it_is_answered() {
    let rows = [Row::of(1), Row::of(2), Row::of(3), visit(4, 3_600, "已核实")];
    let asked = (1..=4).map(|person| due(1, person, Some(0))).chain([due(0, 1, Some(0))]).collect();
    let first = night(0, &rows, &[], asked, &[]);
    // The next list names others, and person 3 is in no dump any more.
    let rows = [rows[0], rows[1], rows[3]];
    let next = |items: &[Item]| night_without((&[], &[false, true]), 1, &rows, items, vec![], &[]);
    let second = next(&first.items);
    let expected = [(1, "a", "withdrawn"), (1, "b", "open"), (2, "b", "open"), (3, "b", "withdrawn"), (4, "b", "done")];
    assert_eq!(states(&second), expected);
    let counts = second.counts;
    assert_eq!((counts.unlisted, counts.held, counts.lost), (2, 0, 1));
    let told: Vec<&str> = second.messages.iter().map(Message::key).collect();
    assert_eq!(told, ["followup.lost", "followup.unlisted"]);
    assert_eq!(next(&second.items).counts.unlisted, 2);
}

#[test]
fn a_deadline_holds_from_its_date_on() {
    let since = [4 * DAY + 3_600, 5 * DAY, 9 * DAY];
    let rows: Vec<Row> = (1..=3).map(|person| Row { grid: "G1", ..Row::of(person) }).collect();
    let asked = (1..).zip(since).map(|(person, since)| due(2, person, Some(since))).collect();
    let items = night(5, &rows, &[], asked, &[]);
    let deadlines: Vec<Option<i64>> = items.items.iter().map(|item| item.due_at.map(|at| at - start())).collect();
    assert_eq!(deadlines, [None, Some(since[1] + 12 * 3_600), Some(since[2] + 12 * 3_600)]);
}

#[test]
fn what_a_visit_handed_over_says_so_until_it_is_late_or_tried_again() {
    let person = Row { grid: "G1", ..Row::of(1) };
    let over = visit(1, 7_200, r#"{"result":"移交"}"#);
    let again = visit(1, 9_000, r#"{"result":"不在家"}"#);
    let state = |day, rows: &[Row]| night(day, rows, &[], vec![due(0, 1, Some(3_600))], &[]).items[0].state;
    assert_eq!(state(0, &[person, over]), State::HandedOver);
    assert_eq!(state(0, &[person, over, again]), State::Open);
    assert_eq!(state(3, &[person, over]), State::Overdue);
    assert_eq!(state(0, &[person, visit(1, 60, r#"{"result":"移交"}"#)]), State::Open, "of another time");
    assert!(State::HandedOver.is_open() && State::parse("handed_over") == Some(State::HandedOver));
}

#[test]
fn who_arrives_once_more_after_a_visit_is_visited_once_more() {
    let person = Row { grid: "G1", ..Row::of(1) };
    let met = visit(1, DAY, r#"{"result":"已核实"}"#);
    let (first, second) = (start() + 3_600, start() + 2 * DAY);
    let asked = |again: &[i64]| vec![Due { again: again.to_vec(), ..due(0, 1, Some(3_600)) }];
    let told = |items: &Items| (items.items[0].state, items.items[0].since);
    let one = night(1, &[person, met], &[], asked(&[]), &[]);
    assert_eq!(told(&one), (State::Done, Some(first)));
    let two = night(2, &[person, met], &one.items, asked(&[second]), &[]);
    assert_eq!((told(&two), two.counts.reopened), ((State::Open, Some(second)), 1));
    let three =
        night(3, &[person, met, visit(1, 3 * DAY, r#"{"result":"已核实"}"#)], &two.items, asked(&[second]), &[]);
    assert_eq!(told(&three), (State::Done, Some(second)), "one visit answers all that came before it");
    let late = night(4, &[person], &[], asked(&[second]), &[]);
    assert_eq!(told(&late), (State::Overdue, Some(first)), "a later arrival puts nothing off");
}

#[test]
fn an_item_opens_becomes_overdue_and_is_done_by_a_visit() {
    let person = Row { grid: "G1", ..Row::of(1) };
    let asked = || vec![due(0, 1, Some(3_600))];
    let first = night(0, &[person], &[], asked(), &[]);
    assert_eq!(states(&first), [(1, "a", "open")]);
    assert_eq!((first.items[0].due_at, kinds(&first)), (Some(start() + DAY + 3_600), vec!["new"]));
    let second = night(1, &[person], &first.items, asked(), &[]);
    assert_eq!((states(&second), kinds(&second)), (vec![(1, "a", "open")], vec![]), "due in the course of the day");
    let third = night(2, &[person, visit(1, DAY, r#"{"result":"不在家"}"#)], &second.items, asked(), &[]);
    assert_eq!((states(&third), third.counts.overdue), (vec![(1, "a", "overdue")], 1));
    let rows = [person, visit(1, 2 * DAY + 9, r#"{"result":"已核实"}"#)];
    let fourth = night(3, &rows, &third.items, asked(), &[]);
    assert_eq!((states(&fourth), kinds(&fourth)), (vec![(1, "a", "done")], vec!["cleared"]));
    assert_eq!((fourth.items[0].evidence.as_slice(), fourth.counts.cleared), (&["sweep:r1".to_owned()][..], 1));
    let fifth = night(4, &rows, &fourth.items, asked(), &[]);
    assert_eq!((states(&fifth), kinds(&fifth)), (vec![(1, "a", "done")], vec![]), "done stays done");
    let again = night(5, &rows, &fifth.items, vec![due(0, 1, Some(4 * DAY))], &[]);
    assert_eq!((states(&again), again.counts.reopened), (vec![(1, "a", "open")], 1), "a newer reason asks again");
    assert_eq!(again.items[0].item_id, first.items[0].item_id);
}

#[test]
fn what_the_rules_no_longer_ask_is_withdrawn_or_done() {
    let rows = [Row::of(1), Row::of(2), visit(2, DAY, "")];
    let first = night(0, &rows[..2], &[], vec![due(0, 1, Some(0)), due(0, 2, Some(0)), due(1, 1, None)], &[]);
    assert_eq!(first.counts.persons_open, 2);
    let second = night(1, &rows, &first.items, vec![], &[]);
    assert_eq!(states(&second), [(1, "a", "withdrawn"), (2, "a", "done"), (1, "b", "withdrawn")]);
    assert_eq!((second.counts.cleared, second.counts.persons_nothing_due), (3, 2));
    let third = night(2, &rows, &second.items, vec![due(0, 1, Some(0))], &[]);
    assert_eq!(states(&third)[0], (1, "a", "overdue"));
    assert_eq!((third.counts.new, third.counts.reopened), (0, 1));
}

#[test]
fn a_rule_without_a_time_counts_from_its_first_night() {
    let seen_before = visit(1, -9 * DAY, r#"{"result":"已核实"}"#);
    let first = night(0, &[seen_before], &[], vec![due(1, 1, None)], &[]);
    assert_eq!((states(&first), first.items[0].since), (vec![(1, "b", "open")], Some(start())), "an old visit is none");
    assert_eq!(first.items[0].due_at, None);
    let second = night(3, &[seen_before], &first.items, vec![due(1, 1, None)], &[]);
    assert_eq!(second.items[0].since, Some(start()));
    let third = night(4, &[seen_before, visit(1, 0, "")], &second.items, vec![due(1, 1, None)], &[]);
    assert_eq!(states(&third), [(1, "b", "done")]);
}

#[test]
fn a_standing_reason_is_settled_once_and_asks_again_for_something_new() {
    let rule_b = |reason: &str, evidence: &[&str]| Due {
        reason: reason.into(),
        evidence: evidence.iter().map(|&key| key.to_owned()).collect(),
        ..due(1, 1, None)
    };
    let (person, met) = (Row::of(1), visit(1, DAY, r#"{"result":"已核实"}"#));
    let first = night(0, &[person], &[], vec![rule_b("两个网格；两个号码", &[])], &[]);
    let done = night(1, &[person, met], &first.items, vec![rule_b("两个网格；两个号码", &[])], &[]);
    assert_eq!(states(&done), [(1, "b", "done")]);
    let state = |day, before: &Items, due| {
        let items = night(day, &[person, met], &before.items, vec![due], &[]);
        (items.items[0].state, items.items[0].since.map(|since| (since - start()) / DAY))
    };
    assert_eq!(state(5, &done, rule_b("两个号码", &[])), (State::Done, Some(0)), "one of the two that were settled");
    assert_eq!(
        state(5, &done, rule_b("两个号码；已登记死亡", &[])),
        (State::Open, Some(5)),
        "nobody was asked of that"
    );
    // What was withdrawn and comes again counts from its second night.
    let away = night(2, &[person], &first.items, vec![], &[]);
    assert_eq!(state(6, &away, rule_b("两个号码", &[])), (State::Open, Some(6)));
    // A list from above names the person once more; a row without a key of its own may be the same list sent again.
    let listed = night(0, &[person], &[], vec![rule_b("", &["b:L1"])], &[]);
    let done = night(1, &[person, met], &listed.items, vec![rule_b("", &["b:L1"])], &[]);
    assert_eq!(state(3, &done, rule_b("", &["b:L1"])), (State::Done, Some(0)));
    assert_eq!(state(3, &done, rule_b("", &["b:L1", "b:list.csv:7"])), (State::Done, Some(0)));
    assert_eq!(state(3, &done, rule_b("", &["b:L1", "b:L9"])), (State::Open, Some(3)));
}

#[test]
fn items_that_meet_in_one_person_count_from_the_first() {
    let rows = [Row::of(1), Row::of(2), visit(1, DAY, r#"{"result":"已核实"}"#)];
    let first = night(0, &rows[..2], &[], vec![due(1, 1, None)], &[]);
    let second = night(2, &rows, &first.items, vec![due(1, 1, None), due(1, 2, None)], &[]);
    assert_eq!(states(&second), [(1, "b", "done"), (2, "b", "open")]);
    // The second turns out to be the first, who was visited meanwhile.
    let one = night(3, &[rows[0], rows[2]], &second.items, vec![due(1, 1, None)], &[(2, 1)]);
    assert_eq!(states(&one), [(1, "b", "done"), (1, "b", "done")]);
    // What is asked anew later is not settled by the visit that settled them.
    let anew = || Due { reason: "死亡后仍有活动".into(), ..due(1, 1, None) };
    let again = night(5, &[rows[0], rows[2]], &one.items, vec![anew()], &[]);
    let later = night(6, &[rows[0], rows[2]], &again.items, vec![anew()], &[]);
    assert_eq!((again.counts.open, later.counts.open), (1, 1));
}

#[test]
fn items_go_with_their_persons() {
    let rows = [Row { grid: "G1", ..Row::of(1) }, Row { grid: "G1", ..Row::of(2) }];
    let first = night(0, &rows, &[], vec![due(0, 1, Some(0)), due(0, 2, Some(0)), due(1, 2, None)], &[]);
    let moved = [Row { grid: "G2", ..Row::of(1) }, Row::of(2)];
    let asked = vec![due(0, 1, Some(0)), due(0, 2, Some(0)), due(1, 2, None)];
    let second = night(0, &moved, &first.items, asked, &[]);
    let grids: Vec<_> = second.items.iter().map(|item| item.grid_code.as_deref()).collect();
    assert_eq!(grids, [Some("G2"), None, None]);
    assert_eq!((kinds(&second), second.counts.unassigned), (vec!["moved"; 3], 2));
    assert_eq!(second.changes[0].detail.as_deref(), Some("G1 → G2"));
    // Person 2 turns out to be person 1: one of the two items of rule a goes on.
    let merged = night(0, &moved[..1], &second.items, vec![due(0, 1, Some(0)), due(1, 1, None)], &[(2, 1)]);
    let mut seen = states(&merged);
    seen.sort_unstable();
    assert_eq!(seen, [(1, "a", "open"), (1, "a", "withdrawn"), (1, "b", "open")]);
    assert!(kinds(&merged).contains(&"merged"));
    // And is somebody else after all: the key that is taken is not given twice.
    let split = night(0, &moved, &merged.items, vec![due(0, 1, Some(0)), due(0, 2, Some(0)), due(1, 1, None)], &[]);
    assert_eq!((split.counts.open, split.counts.new), (3, 1));
}

#[test]
fn persons_and_rules_that_are_gone_withdraw_their_items() {
    let first = night(0, &[Row { grid: "G1", ..Row::of(1) }], &[], vec![due(0, 1, Some(0))], &[]);
    let mut old = first.items.clone();
    old[0].rule = "gone".into();
    let second = night(1, &[Row::of(2)], &old, vec![due(0, 9, Some(0))], &[]);
    assert_eq!(states(&second), [(1, "gone", "withdrawn")]);
    assert_eq!(second.items[0].grid_code.as_deref(), Some("G1"));
    assert_eq!(second.messages, [Message::new("followup.unknown_person").with("count", 1)]);
}

#[test]
fn keys_and_states_read_back() {
    let id = ItemId::new("a", PersonId(7), 0);
    assert_eq!(ItemId::parse(&id.to_string()), Some(id));
    assert_ne!(id, ItemId::new("a", PersonId(8), 0));
    assert_ne!(id, ItemId::new("b", PersonId(7), 0));
    assert_eq!(ItemId::parse("P0000000000000"), None);
    assert_eq!((State::parse("overdue"), State::parse("x")), (Some(State::Overdue), None));
}

#[test]
fn persons_who_moved_are_told() {
    let (records, persons) = sample(&[Row { grid: "G1", ..Row::of(1) }, Row { grid: "G2", ..Row::of(2) }, Row::of(3)]);
    let visits = Visits::read(&records, &person_of(&records, &persons), persons.len(), date(2022, 3, 27), &[]);
    let (residence, _) = assign(&records, &persons, &directory(&[&["G1"], &["G2"]]).0, &visits, RULES);
    let before = [(PersonId(1), Some("G1")), (PersonId(2), None), (PersonId(3), Some("G1")), (PersonId(4), Some("G1"))];
    let details: Vec<_> = moved_persons(before, &persons, &residence).into_iter().filter_map(|c| c.detail).collect();
    assert_eq!(details, ["unassigned → G2", "G1 → unassigned"]);
}
