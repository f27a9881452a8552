//! Rows read back, applied and joined.

use super::*;
use crate::kernels::id_number;
use crate::tables::{JoinedBy, RawChunk, Reason, RecordRows, Records};
use arrow::array::StringArray;
use hashbrown::HashMap;
use jiff::civil::date;

fn form() -> Form {
    let columns = ["item_id", "revision", "checksum", "result", "destination", "at", "correction", "note"];
    let results = [("已核实", "已核实"), ("verified", "已核实"), ("空号", "空号"), ("移交", "移交")];
    Form {
        columns: columns.map(str::to_owned).to_vec(),
        results: results.map(|(text, meant)| (text.to_owned(), meant.to_owned())).to_vec(),
        checksum: |checksum, [items, revision, ..]| {
            (checksum == format!("{}{}", items.len(), revision.len())).then_some(crate::tables::NO_TIME)
        },
        unescape: |text| text.strip_prefix('\'').unwrap_or(text),
    }
}

fn sheet(rows: &[[&str; 8]]) -> RawChunk {
    let column =
        |i: usize| rows.iter().map(|row| Some(row[i]).filter(|text| !text.is_empty())).collect::<StringArray>();
    RawChunk {
        source: 0,
        file: 0,
        line: (3..).take(rows.len()).collect(),
        byte: vec![0; rows.len()],
        columns: (0..8).map(column).collect(),
        sheet: None,
    }
}

const DAY: &str = "2022-03-27";

#[test]
fn rows_are_answers_rejected_or_not_filled_in() {
    let rows = [
        ["F1 F2", DAY, "510", "已核实", "", "", "", ""],
        ["Ｆ１", "２０２２-03-27", "210", "verified", "", "2022/3/27 9:30", "", "'=门锁"],
        ["F3", DAY, "210", "", "", "", "", ""],
        ["F4", DAY, "999", "已核实", "", "", "", ""],
        ["F5", DAY, "210", "在家", "", "", "", ""],
        ["F6", DAY, "210", "已核实", "", "昨天下午", "", ""],
        ["", "", "", "已核实", "", "", "", ""],
    ];
    let outcome = read(&form(), &[sheet(&rows)], &[], "G1.xlsx");
    assert_eq!(outcome.unanswered, 1);
    let rejected: Vec<Option<Reason>> = outcome.answers.iter().map(|answer| answer.rejected).collect();
    let (checksum, result) = (Some(Reason::ReturnChecksum), Some(Reason::ReturnResult));
    assert_eq!(rejected, [None, None, checksum, result, Some(Reason::ReturnTime), Some(Reason::ReturnAdded)]);
    let second = &outcome.answers[1];
    assert_eq!(
        (second.items.join(" "), second.result.as_str(), second.note.as_str()),
        ("F1".into(), "已核实", "=门锁")
    );
    assert_eq!(outcome.answers[0].items, ["F1", "F2"]);
    // Sorted and with a row deleted, the rows say the same.
    let again = read(&form(), &[sheet(&[rows[1], rows[0]])], &[], "other name.xlsx");
    let keys = |answers: &[Answer]| journal::distinct(answers.to_vec()).into_iter().map(|a| a.key).collect::<Vec<_>>();
    assert_eq!(keys(&again.answers), keys(&outcome.answers[..2]));
}

#[test]
fn a_worker_writes_as_workers_do() {
    let row = |result: &'static str, at: &'static str| ["F1", DAY, "210", result, "", at, "", ""];
    let times = ["3月26日 9:30", "3.26", "26日", "3/26 9点", "2022-03-26"];
    let rows: Vec<[&str; 8]> = times.into_iter().map(|at| row("已核实。", at)).collect();
    let answers = read(&form(), &[sheet(&rows)], &[], "a.xlsx").answers;
    let day = 19_077 * 86_400;
    let told: Vec<Option<i64>> = answers.iter().map(|answer| answer.visited_at.map(|at| (at - day) / 1_800)).collect();
    assert_eq!(told, [Some(19), Some(0), Some(0), Some(18), Some(0)]);
    assert!(answers.iter().all(|answer| answer.rejected.is_none() && answer.result == "已核实"));
    let results = ["已核实，在住", "已 核 实", "已核实（门锁已换）", "已核实，空号"];
    let rows_of = results.map(|result| row(result, "2022-03-26"));
    let answers_of = read(&form(), &[sheet(&rows_of)], &[], "a.xlsx").answers;
    let told: Vec<_> = answers_of.iter().map(|answer| answer.rejected).collect();
    assert_eq!(told, [None, None, None, Some(Reason::ReturnResult)], "one result among the words, not two");
    // A row that could not be read is told with its reason, and none of the others is lost for it.
    let unread = crate::tables::QuarantinedRow {
        source: 0,
        file: 0,
        line: 9,
        byte: 0,
        reason: Reason::FieldCount,
        raw: "another list's title".into(),
    };
    let answers = read(&form(), &[sheet(&rows[..1])], &[unread], "a.xlsx").answers;
    let told: Vec<_> = answers.iter().map(|answer| (answer.line, answer.rejected)).collect();
    assert_eq!(told, [(9, Some(Reason::FieldCount)), (3, None)]);
}

#[test]
fn two_results_of_one_visit_are_neither() {
    let other = |result: &str, at| Answer { key: format!("{result}{at:?}"), visited_at: at, ..answer("F1", result) };
    let reasons = |answers: &[Answer]| applied(answers).1.rejected.iter().map(|row| row.reason).collect::<Vec<_>>();
    let (met, away) = (other("已核实", None), other("不在家", None));
    assert_eq!(reasons(&[met.clone(), away.clone()]), [Reason::ReturnAnsweredTwice; 2]);
    // The same result with a note more, and a second visit, contradict nothing; a later time settles it.
    let note = Answer { note: "门锁".into(), key: "n".into(), ..met.clone() };
    assert_eq!(reasons(&[met.clone(), note]), []);
    let later = other("不在家", Some(19_078 * 86_400 + 60));
    assert_eq!(reasons(&[met.clone(), later.clone()]), []);
    assert_eq!(applied(&[met, away, later]).1.pairs.len(), 1);
}

#[test]
fn a_corrected_number_that_is_none_is_told() {
    let reasons = |text: &str| {
        let row = Answer { correction: text.into(), ..answer("F1", "已核实") };
        applied(&[row]).1.rejected.iter().map(|row| row.reason).collect::<Vec<_>>()
    };
    for wrong in ["110105194912310021", "身份证：11010519491231002", "1381234567"] {
        assert_eq!(reasons(wrong), [Reason::ReturnCorrection], "{wrong}");
    }
    for right in ["13812345678；13812345678", "号码没变", "无", "府前大街45号"] {
        assert_eq!(reasons(right), [], "{right}");
    }
}

#[test]
fn a_corrected_name_is_told_by_its_label_and_what_nobody_understands_is_kept() {
    let corrected = |text: &str| {
        let (records, done) = applied(&[Answer { correction: text.into(), ..answer("F1", "已核实") }]);
        let name = records.pool.get(records.name[3]).to_owned();
        let detail: serde_json::Value = serde_json::from_str(records.pool.get(records.events.detail[0])).unwrap();
        (name, detail.get("correction").map(ToString::to_string), done.not_understood)
    };
    for text in ["姓名应为王建民", "姓名：王建民", "姓名: 王建民；13812345678", "真名改为 王建民"]
    {
        assert_eq!(corrected(text), ("王建民".into(), None, 0), "{text}");
    }
    for text in ["姓名不对", "地址不对", "姓名应为王某"] {
        assert_eq!(corrected(text), ("王伟".into(), Some(format!("\"{text}\"")), 1), "{text}");
    }
    assert_eq!(corrected("无"), ("王伟".into(), None, 0));
}

#[test]
fn what_an_import_can_tell_it_tells() {
    let rows = [
        ["F1", DAY, "210", "已核实", "", "", "110105194912310021", ""],
        ["F2", DAY, "210", "移交", "", "", "", ""],
        ["F3", DAY, "210", "移交", "G2", "", "", ""],
    ];
    let told = read(&form(), &[sheet(&rows)], &[], "a.xlsx").answers;
    let rejected: Vec<Option<Reason>> = told.iter().map(|answer| answer.rejected).collect();
    assert_eq!(rejected, [Some(Reason::ReturnCorrection), Some(Reason::ReturnUnknownGrid), None]);
}

#[test]
fn a_sheet_is_kept_once() {
    let store = tempfile::tempdir().unwrap();
    let answers = read(&form(), &[sheet(&[["F1", DAY, "210", "空号", "", "", "", ""]])], &[], "a.xlsx").answers;
    assert!(journal::add(store.path(), "abc", &answers).unwrap());
    assert!(!journal::add(store.path(), "abc", &answers).unwrap(), "the same file");
    assert!(journal::add(store.path(), "def", &answers).unwrap(), "saved once more: other bytes, the same rows");
    assert_eq!(journal::all(store.path()).unwrap(), answers);
    std::fs::write(journal::folder(store.path()).join("x.jsonl"), "{").unwrap();
    assert!(journal::all(store.path()).is_err());
}

/// Person 1 is rows 0 and 1, with a phone and no ID; row 2 is somebody else, with an ID.
fn records() -> Records {
    let mut records = Records::default();
    records.copy_blank();
    for (name, phone, id) in [("王伟", 7, ""), ("王伟", 7, ""), ("李静", 0, "11010519491231002X")] {
        let row = records.copy_row(0) as usize;
        records.name[row] = records.pool.intern(name);
        records.phones[row] = [phone, 0];
        records.id[row] = id_number::parse(id).id;
        records.grid_code[row] = records.pool.intern("G1");
        records.updated_at[row] = 100;
    }
    let mut rows = RecordRows::default();
    rows.append(&records);
    rows.in_order(&[1, 2, 3], || ())
}

fn answer(item: &str, result: &str) -> Answer {
    let (key, revision) = (format!("{:016x}", item.len()), DAY.to_owned());
    Answer { key, items: vec![item.to_owned()], revision, result: result.to_owned(), ..Answer::default() }
}

fn applied(answers: &[Answer]) -> (Records, Applied) {
    let mut records = records();
    let person = |rows: &[u32]| Person { rows: rows.to_vec(), behind: Vec::new(), grid: "G1".to_owned() };
    let persons = HashMap::from([
        ("F1".to_owned(), person(&[0, 1])),
        ("F22".to_owned(), person(&[2])),
        ("F333".to_owned(), person(&[])),
    ]);
    let grid_of = |text: &str, _: &str| (text == "G2").then(|| text.to_owned());
    let applied = apply(
        answers,
        &persons,
        grid_of,
        ReturnsNight { source: 9, file: 4, as_of: date(2022, 3, 28), city: Some(3705) },
        &mut records,
    );
    (records, applied)
}

#[test]
fn a_spreadsheet_writes_the_lists_date_its_own_way() {
    let answers =
        read(&form(), &[sheet(&[["F1", "2022/3/27", "210", "已核实", "", "", "", ""]])], &[], "a.csv").answers;
    assert_eq!((answers[0].rejected, answers[0].revision.as_str()), (None, DAY));
}

#[test]
fn a_cell_that_was_shifted_over_is_not_shown() {
    let items = ["F0123456789AB", "张三13812345678"].map(str::to_owned).to_vec();
    let (_, done) = applied(&[Answer { items, rejected: Some(Reason::ReturnChecksum), ..answer("F1", "已核实") }]);
    assert!(done.rejected[0].raw.ends_with(" F0123456789AB ?"), "{}", done.rejected[0].raw);
}

#[test]
fn a_list_of_another_city_settles_nobody() {
    let shown = |name: &str| Answer { name: name.to_owned(), ..answer("F1", "已核实") };
    for name in ["王伟", "王*", "王芳伟", ""] {
        assert!(applied(&[shown(name)]).1.rejected.is_empty(), "{name}");
    }
    for name in ["李娜", "李*", "赵建国"] {
        let rejected = applied(&[shown(name)]).1.rejected;
        assert_eq!(rejected.iter().map(|row| row.reason).collect::<Vec<_>>(), [Reason::ReturnOtherPerson], "{name}");
    }
}

#[test]
fn an_answer_is_a_record_of_its_person_with_a_visit() {
    let (records, applied) = applied(&[answer("F1", "已核实"), answer("F22", "已核实")]);
    assert_eq!(applied.pairs, [(3, 0), (4, 2)]);
    assert_eq!((records.source[3], records.file[3], records.pool.get(records.name[3])), (9, 4, "王伟"));
    assert_eq!(records.pool.get(records.grid_code[3]), "G1", "verified where the list says");
    let detail = records.pool.get(records.events.detail[0]);
    assert_eq!((records.events.record[0], detail), (3, r#"{"result":"已核实"}"#));
    assert_eq!(records.pool.get(records.events.kind[0]), "visit");
    assert_eq!(records.len(), 5);
}

#[test]
fn who_left_lives_where_the_worker_says() {
    let left = |to: &str| {
        let (records, applied) = applied(&[Answer { destination: to.into(), ..answer("F1", "已离开") }]);
        assert_eq!((applied.pairs.as_slice(), applied.rejected.len()), (&[(3, 0)][..], 0));
        let text = |column: &[crate::tables::Sym]| records.pool.get(column[3]).to_owned();
        (text(&records.grid_code), text(&records.estate), text(&records.building), records.flat[3] != 0)
    };
    let told = |grid: &str, estate: &str, building: &str, flat| (grid.into(), estate.into(), building.into(), flat);
    assert_eq!(left("G2"), told("G2", "", "", false));
    assert_eq!(left("和平花园3号楼2单元501"), told("", "和平花园", "3", true));
    // Elsewhere there may be an estate of the same name, and of what says nothing of a door nothing is made.
    for elsewhere in ["山东省济南市历下区和平花园3号楼2单元501", "济南市和平花园3号楼", "回老家", "和平花园", ""]
    {
        assert_eq!(left(elsewhere), told("", "", "", false), "{elsewhere}");
    }
}

#[test]
fn dead_phones_go_and_handed_over_items_move() {
    let (dead, done) = applied(&[answer("F1", "空号")]);
    assert_eq!(dead.phones[..4], [[0, 0]; 4]);
    // What the phone had brought together stays so, though nothing else does.
    let mut clusters = vec![0, 1, 2, 0];
    assert_eq!(join(&[&done.pairs[..], &done.kept].concat(), &dead, &mut clusters, 3), 2);
    assert_eq!(clusters, [0, 0, 1, 0]);
    let over = Answer { destination: "G2".into(), ..answer("F1", "移交") };
    let (moved, _) = applied(&[over]);
    assert_eq!(moved.pool.get(moved.grid_code[3]), "G2");
    let nowhere = Answer { destination: "隔壁".into(), ..answer("F1", "移交") };
    let (records, applied) = applied(&[nowhere]);
    assert_eq!((records.len(), applied.rejected[0].reason), (3, Reason::ReturnUnknownGrid), "nobody would go");
}

#[test]
fn corrections_are_evidence_unless_they_contradict() {
    let text = "身份证号：11010519491231002X；电话 13812345678；山东省东营市东营区府前大街45号";
    let corrected = |item| Answer { correction: text.into(), ..answer(item, "已核实") };
    let (records, done) = applied(&[corrected("F1")]);
    assert_eq!(done.rejected.len(), 0);
    assert_eq!(records.id[3], records.id[2]);
    assert_eq!(records.pool.get(records.road[3]), "府前大街");
    assert_ne!(records.phones[3], [7, 0]);
    // The number is that of row 2: now the two persons are one. Whoever stays apart keeps the order.
    let mut clusters = vec![1, 1, 0, 0];
    assert_eq!(join(&done.pairs, &records, &mut clusters, 2), 1);
    assert_eq!(clusters, [0; 4]);
    // Of another person's own valid number nothing is believed.
    let other = Answer { correction: "110105194912310038".into(), ..answer("F22", "已核实") };
    if id_number::parse("110105194912310038").id != records.id[2] {
        let (_, done) = applied(&[other]);
        assert!(done.pairs.len() + done.rejected.len() == 1);
    }
}

#[test]
fn what_cannot_be_applied_says_why() {
    let late = Answer { visited_at: Some(i64::MAX), ..answer("F1", "已核实") };
    let bad = Answer { rejected: Some(Reason::ReturnResult), ..answer("F1", "怪") };
    let early = Answer { visited_at: Some(-70 * 365 * 86_400), ..answer("F22", "已核实") };
    let (records, applied) = applied(&[bad, late, early, answer("F333", "已核实"), answer("F4444", "已核实")]);
    let reasons: Vec<Reason> = applied.rejected.iter().map(|row| row.reason).collect();
    use Reason::{ReturnPersonGone, ReturnResult, ReturnTime, ReturnUnknownItem};
    assert_eq!(reasons, [ReturnResult, ReturnTime, ReturnTime, ReturnPersonGone, ReturnUnknownItem]);
    assert_eq!((records.len(), applied.pairs.len()), (3, 0));
    let _ = JoinedBy::Review;
}

#[test]
fn two_ids_are_never_joined() {
    let mut records = records();
    records.id[0] = id_number::parse("110101199003070038").id;
    let mut clusters = vec![0, 1, 2];
    let valid = matches!(records.id[0].kind, id_number::IdKind::Valid);
    let left = join(&[(2, 0)], &records, &mut clusters, 3);
    assert_eq!(left, if valid { 3 } else { 2 });
}
