//! Uncertain pairs go out to a reviewer, decisions come back, and the next nights follow them until they are withdrawn.

use crate::support::{City, ended, gridlink, rows, succeeded};
use arrow::array::AsArray;
use calamine::{Reader, Xlsx, open_workbook};
use gridlink::store::Set;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Key = (String, String);

/// Person and way of joining of each record.
fn members(set: &Path) -> BTreeMap<Key, (String, String)> {
    let mut members = BTreeMap::new();
    for batch in Set::open(set).unwrap().read_table("members").unwrap() {
        let [source, id, person, by] = ["source", "record_id", "person_id", "joined_by"]
            .map(|name| batch.column_by_name(name).unwrap().as_string_view().clone());
        for row in 0..batch.num_rows() {
            let key = (source.value(row).to_owned(), id.value(row).to_owned());
            members.insert(key, (person.value(row).to_owned(), by.value(row).to_owned()));
        }
    }
    members
}

/// Pairs of a table of pairs, in its order.
fn pairs(set: &Path, table: &str) -> Vec<(Key, Key)> {
    let mut pairs = Vec::new();
    for batch in Set::open(set).unwrap().read_table(table).unwrap() {
        let [a, b, c, d] = ["left_source", "left_record_id", "right_source", "right_record_id"]
            .map(|name| batch.column_by_name(name).unwrap().as_string_view().clone());
        let text = |column: &arrow::array::StringViewArray, row: usize| column.value(row).to_owned();
        pairs.extend((0..batch.num_rows()).map(|row| ((text(&a, row), text(&b, row)), (text(&c, row), text(&d, row)))));
    }
    pairs
}

fn import(city: &City, name: &str, rows: &[(&Key, &Key, &str)]) -> String {
    let mut text = "left_source,left_record_id,right_source,right_record_id,decision\n".to_owned();
    for ((a, b), (c, d), decision) in rows {
        text.push_str(&format!("{a},{b},{c},{d},{decision}\n"));
    }
    std::fs::write(city.path(name), text).unwrap();
    let store = city.path("out-store");
    succeeded(&gridlink().args(["review", "import"]).arg(city.path(name)).arg("--store").arg(store).output().unwrap())
}

#[test]
fn decisions_win_night_after_night_until_they_are_withdrawn() {
    let city = City::new(600);
    let first = city.publish("out", &["--as-of", "2022-03-27"]);
    let before = members(&first);
    let uncertain = pairs(&first, "review");
    // Two persons of whom not both have a number: whoever has another number stays somebody else.
    let numbers: BTreeMap<String, String> = rows(&first, "persons", &["person_id", "id_number"])
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let numberless = |key: &Key| numbers[&before[key].0].is_empty();
    let two = |(a, b): &&(Key, Key)| before[a].0 != before[b].0 && (numberless(a) || numberless(b));
    let (a, b) = uncertain.iter().find(two).unwrap().clone();
    // A person of whom two records hang together by the model, neither of the two above.
    let persons = [&before[&a].0, &before[&b].0];
    let linked = pairs(&first, "links");
    let (c, d) = linked.iter().find(|(c, _)| !persons.contains(&&before[c].0)).unwrap().clone();

    let rows = [(&a, &b, "same"), (&d, &c, "different")];
    assert!(import(&city, "one.csv", &rows).contains("2 decisions"));
    assert!(import(&city, "one.csv", &rows).contains("nothing changed"), "the same sheet twice");
    let second = city.publish("out", &["--as-of", "2022-03-28"]);
    let after = members(&second);
    assert_eq!(after[&a].0, after[&b].0);
    assert_eq!((after[&a].1.as_str(), after[&b].1.as_str()), ("review", "review"));
    assert_ne!(after[&c].0, after[&d].0);
    assert!(!pairs(&second, "links").contains(&(c.clone(), d.clone())), "a link within one person alone");
    let asked = pairs(&second, "review");
    assert!(!asked.contains(&(a.clone(), b.clone())) && !asked.contains(&(c.clone(), d.clone())), "asked again");
    let counts = Set::open(&second).unwrap().manifest().unwrap().counts;
    assert_eq!((counts["decisions_same"], counts["decisions_different"], counts["decisions_absent"]), (1, 1, 0));
    // Nobody else moved, and both changes stand in the ledger.
    let touched = [&before[&a].0, &before[&b].0, &before[&c].0];
    assert!(before.iter().filter(|(_, (person, _))| !touched.contains(&person)).all(|(key, of)| &after[key] == of));
    let kinds: Vec<String> = Set::open(&second)
        .unwrap()
        .read_table("changes")
        .unwrap()
        .iter()
        .flat_map(|batch| {
            let [subject, kind] =
                ["subject", "kind"].map(|name| batch.column_by_name(name).unwrap().as_string_view().clone());
            (0..batch.num_rows())
                .filter(move |&row| subject.value(row) == "person")
                .map(move |row| kind.value(row).to_owned())
        })
        .collect();
    assert!(kinds.iter().any(|kind| kind == "merged") && kinds.iter().any(|kind| kind == "split"), "{kinds:?}");

    import(&city, "two.csv", &[(&b, &a, "open"), (&c, &d, "待定")]);
    let third = members(&city.publish("out", &["--as-of", "2022-03-29"]));
    for (key, (person, by)) in &before {
        let same: Vec<&Key> = before.iter().filter(|(_, of)| of.0 == *person).map(|(key, _)| key).collect();
        assert!(same.iter().all(|other| third[*other].0 == third[key].0) && third[key].1 == *by, "{key:?}");
    }
}

#[test]
fn the_reviewers_workbook_goes_out_and_comes_back() {
    let city = City::new(600);
    let set = city.publish("out", &[]);
    let book = city.path("pairs.xlsx");
    let said = succeeded(
        &gridlink().args(["review", "export", "--pairs", "5", "-o"]).arg(&book).arg(city.path("out")).output().unwrap(),
    );
    assert!(said.contains("5 of"), "{said}");
    let mut workbook: Xlsx<_> = open_workbook(&book).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let mut rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    rows.remove(0);
    assert_eq!(rows.len(), 6);
    let column = |name: &str| rows[0].iter().position(|head| head == name).unwrap();
    let (decision, name, source, id) =
        (column("decision"), column("Name A"), column("left_source"), column("left_record_id"));
    let (members, mut asked) = (members(&set), BTreeSet::new());
    let mut review = pairs(&set, "review");
    review.retain(|(a, b)| {
        let (a, b) = (&members[a].0, &members[b].0);
        asked.insert((a.min(b).clone(), a.max(b).clone()))
    });
    for (row, ((left, key), _)) in rows[1..].iter().zip(&review) {
        assert_eq!((&row[source], &row[id]), (left, key), "most informative first, two persons once");
        assert!(row[name].chars().count() > 1 || row[name + 1].chars().count() > 1, "the two persons are shown");
    }
    rows[1][decision] = "same".into();
    rows[2][decision] = "不是同一人".into();
    rows[3][decision] = "maybe".into();
    rows[1..].reverse();
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let text: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
    std::fs::write(city.path("back.csv"), text.join("\n")).unwrap();
    let pipeline = city.path("pipeline.toml");
    let said = succeeded(
        &gridlink()
            .args(["review", "import"])
            .arg(city.path("back.csv"))
            .arg("--pipeline")
            .arg(pipeline)
            .output()
            .unwrap(),
    );
    assert!(
        said.contains("2 decisions, 1 rejected, 2 rows not decided") && said.contains("unknown_decision"),
        "{said}"
    );

    let wrong = gridlink().args(["review", "import"]).arg(city.path("pipeline.toml")).args(["--store", "x"]).output();
    let said = ended(&wrong.unwrap(), 65);
    assert!(said.contains("left_source") && said.contains("decision") && said.contains("review export"), "{said}");
}
