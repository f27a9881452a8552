//! A list of other people than rosters hold, with its own fields, comparisons and blocking rules, from file to set.

#![allow(clippy::unwrap_used)] // a test stops where it fails

use arrow::array::AsArray;
use gridlink::config::{Overrides, parse};
use gridlink::events::NullSink;
use gridlink::message::Lang;
use gridlink::pipeline::{RunOptions, run};
use gridlink::store::Set;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const LINKAGE: &str = r#"
[linkage]
blocking = ["sorted(given surname)", "born", "soundex(surname), year(born)", "town[0:3], surname"]

[[linkage.comparison]]
name = "names"
fields = ["given", "surname"]
kind = "swapped"
term_frequency = true

[[linkage.comparison]]
field = "born"
kind = "date"

[[linkage.comparison]]
field = "town"
kind = "jaro_winkler"
"#;

fn pipeline(folder: &Path, sources: &[&str], linkage: &str) -> String {
    let quoted = |path: std::path::PathBuf| format!("{:?}", path.display().to_string());
    let mut text = format!(
        "[run]\nname = \"other\"\nas_of = 2022-03-27\nlocale = \"en\"\noutput = {}\nstore = {}\n",
        quoted(folder.join("out")),
        quoted(folder.join("store"))
    );
    for name in sources {
        let path = quoted(folder.join(format!("{name}.csv")));
        writeln!(text, "[[source]]\nname = \"{name}\"\nagency = \"self\"\npaths = [{path}]\n[source.map]").unwrap();
        writeln!(text, "record_id = \"id\"\ngiven = \"given\"\nsurname = \"family\"\nborn = \"born\"\ntown = \"town\"")
            .unwrap();
    }
    text + linkage + "\n[publish]\nxlsx = false\n"
}

const GIVEN: [&str; 10] = ["Alma", "Boris", "Clara", "Dmitri", "Erika", "Fedor", "Greta", "Hugo", "Irma", "Jonas"];
const FAMILY: [&str; 12] = [
    "Adler", "Brandt", "Cordes", "Dietz", "Ebner", "Falk", "Gerster", "Hollmann", "Illing", "Junker", "Kessler",
    "Lorenz",
];
const TOWNS: [&str; 4] = ["Astrin", "Belmont", "Cardoza", "Dunwich"];

/// Invented persons, each as it is in a first and a second list.
fn lists() -> (String, String) {
    let head = "id,given,family,born,town\n".to_owned();
    let (mut first, mut second) = (head.clone(), head);
    for i in 0..110_usize {
        let (given, town) = (GIVEN[i % 10], TOWNS[i * i % 4]);
        let family = format!(
            "{}{}",
            FAMILY[i % 12],
            ["", "mann", "berg", "stein", "hof", "au", "son", "sky", "ovic", "eau"][i / 12]
        );
        let (year, month, day) = (1931 + i * 7 % 61, 1 + i * 5 % 12, 1 + i * 11 % 28);
        writeln!(first, "p{i},{given},{family},{year}-{month:02}-{day:02},{town}").unwrap();
        match i % 4 {
            0 => writeln!(second, "p{i},{family},{given},{year}-{month:02}-{day:02},{town}").unwrap(),
            1 => writeln!(second, "p{i},{given},{family}t,{month:02}/{day:02}/{year},{town}").unwrap(),
            2 => writeln!(second, "p{i},{},{family},{year}-{month:02}-{day:02},", &given[..1]).unwrap(),
            _ => writeln!(second, "p{i},{given},{family},{year}{month:02}{:02},{town}", day % 9 + 1).unwrap(),
        }
    }
    (first, second)
}

/// Person of each record.
fn persons(folder: &Path) -> BTreeMap<(String, String), String> {
    let mut persons = BTreeMap::new();
    for batch in Set::open(&folder.join("out")).unwrap().read_table("members").unwrap() {
        let column = |name: &str| batch.column_by_name(name).unwrap().as_string_view().clone();
        let (source, id, person) = (column("source"), column("record_id"), column("person_id"));
        for row in 0..batch.num_rows() {
            let key = (source.value(row).to_owned(), id.value(row).to_owned());
            persons.insert(key, person.value(row).to_owned());
        }
    }
    persons
}

fn night(text: &str, folder: &Path, threads: usize) -> BTreeMap<(String, String), String> {
    let pipeline = parse(text, &folder.join("pipeline.toml"), &Overrides::default()).unwrap();
    run(&pipeline, RunOptions { threads: Some(threads), ..RunOptions::default() }, &NullSink).unwrap();
    persons(folder)
}

#[test]
fn two_lists_are_linked_one_to_one() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = lists();
    std::fs::write(folder.path().join("first.csv"), first).unwrap();
    std::fs::write(folder.path().join("second.csv"), second).unwrap();
    let linkage = LINKAGE.replace("[linkage]", "[linkage]\none_per_source = true");
    let text = pipeline(folder.path(), &["first", "second"], &linkage);
    let found = night(&text, folder.path(), 1);
    assert_eq!(found.len(), 220, "nothing is in quarantine");
    let person = |source: &str, i: usize| &found[&(source.to_owned(), format!("p{i}"))];
    let together = (0..110).filter(|&i| person("first", i) == person("second", i)).count();
    assert!(together >= 105, "{together} of 110 are together");
    let mut in_first: Vec<&String> = (0..110).map(|i| person("first", i)).collect();
    in_first.sort_unstable();
    in_first.dedup();
    assert_eq!(in_first.len(), 110, "no two of one list are one person");
    assert_eq!(night(&text, folder.path(), 2), found, "whatever the number of threads");
}

#[test]
fn a_reviewer_sees_the_fields_of_the_pipelines_own() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = lists();
    std::fs::write(folder.path().join("first.csv"), first).unwrap();
    std::fs::write(folder.path().join("second.csv"), second).unwrap();
    let linkage = LINKAGE.replace("[linkage]", "[linkage]\nmatch_weight_min = 30.0\nreview_weight_min = -20.0");
    night(&pipeline(folder.path(), &["first", "second"], &linkage), folder.path(), 2);
    let set = Set::open(&folder.path().join("out")).unwrap();
    let members = set.read_table("members").unwrap().remove(0);
    let own: Vec<String> = members.schema().fields()[5..].iter().map(|field| field.name().clone()).collect();
    assert!(own.len() >= 2, "{own:?}");
    // Weights are taken apart by the fitted levels, and add up.
    let review = &set.read_table("review").unwrap()[0];
    let column = |name: &str| review.column_by_name(name).unwrap().as_string_view().value(0).to_owned();
    let [a, b] = ["left", "right"]
        .map(|side| format!("{}:{}", column(&format!("{side}_source")), column(&format!("{side}_record_id"))));
    let told = gridlink::explain::explain(&folder.path().join("out"), &a, Some(&b), false).unwrap();
    assert_eq!(told.review_weight_min, Some(-20.0));
    let gridlink::explain::Answer::Two { pair: Some(pair), .. } = told.answer else { panic!("no pair of {a} and {b}") };
    assert_eq!(pair.terms.len(), 5, "before comparing, three comparisons, the rest: {pair:?}");
    assert!((pair.terms.iter().map(|term| term.bits).sum::<f64>() - pair.match_weight).abs() < 1e-3, "{pair:?}");
    assert!(pair.terms[1..4].iter().any(|term| term.bits.abs() > 0.5), "{pair:?}");
    let sheet = folder.path().join("pairs.csv");
    gridlink::pipeline::export(&folder.path().join("out"), &sheet, 10, Lang::En).unwrap();
    let text = std::fs::read_to_string(&sheet).unwrap();
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let field = head.iter().position(|name| name.contains(&own[0])).unwrap();
    assert!(lines.clone().count() > 0 && lines.all(|line| !line.split(',').nth(field).unwrap().is_empty()), "{text}");
}

#[test]
fn one_list_is_freed_of_doubles() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = lists();
    let doubles = second.lines().skip(1).map(|line| format!("d{line}\n"));
    std::fs::write(folder.path().join("list.csv"), first + &doubles.collect::<String>()).unwrap();
    let found = night(&pipeline(folder.path(), &["list"], LINKAGE), folder.path(), 2);
    let person = |id: String| &found[&("list".to_owned(), id)];
    let together = (0..110).filter(|&i| person(format!("p{i}")) == person(format!("dp{i}"))).count();
    assert!(together >= 100, "{together} of 110 are together");
    let mut all: Vec<&String> = found.values().collect();
    all.sort_unstable();
    all.dedup();
    assert!(all.len() >= 105, "{} persons of 110", all.len());
}

/// Invented households of one to four, most of one surname, in towns with a postcode each; every person as a first and a
/// second list has them, with slips.
fn households() -> [String; 2] {
    let mut state = 20_u64;
    let mut draw = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let syllables = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "zu", "da", "fe", "go", "hi", "ju", "pa"];
    let mut lists = ["id,given,family,born,town,postcode,street\n".to_owned(), String::new()];
    lists[1] = lists[0].clone();
    let mut person = 0;
    while person < 1_500 {
        let name = |draw: &mut dyn FnMut(usize) -> usize, n: usize, of: usize| -> String {
            (0..n).map(|_| syllables[draw(of)]).collect()
        };
        let (family, town) = (name(&mut draw, 3, 7), draw(6).min(draw(6)));
        let street = format!("{} road {}", name(&mut draw, 3, 9), 1 + draw(80));
        for _ in 0..1 + draw(4) {
            let own = if draw(5) == 0 { name(&mut draw, 3, 7) } else { family.clone() };
            let given = name(&mut draw, 2, 12);
            let born = [1930 + draw(80), 1 + draw(12), 1 + draw(28)];
            for list in &mut lists {
                let (mut given, mut own, mut born, mut town, mut street) =
                    (given.clone(), own.clone(), born, town, street.clone());
                match draw(12) {
                    0 => drop(given.remove(draw(4))),
                    1 => drop(own.remove(draw(6))),
                    2 => born[draw(3)] = 1 + draw(12),
                    3 => (town, street) = (draw(6), format!("{} road {}", name(&mut draw, 3, 9), 1 + draw(80))),
                    _ => {}
                }
                let [y, m, d] = born;
                let y = if y < 1900 { 1950 } else { y };
                writeln!(list, "p{person},{given},{own},{y}-{m:02}-{d:02},town{town},{},{street}", 10_000 + 7 * town)
                    .unwrap();
            }
            person += 1;
        }
    }
    lists
}

/// As somebody who knows nothing of households and of what tells the same twice would write it.
const PLAIN: &str = r#"
[linkage]
blocking = ["given, surname", "born", "street", "surname, postcode"]
"#;

#[test]
fn households_and_towns_make_nobody_one_person_though_no_comparison_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = households();
    std::fs::write(folder.path().join("first.csv"), &first).unwrap();
    std::fs::write(folder.path().join("second.csv"), second).unwrap();
    let of_field = |(field, kind): (&str, &str)| {
        format!("\n[[linkage.comparison]]\nfield = \"{field}\"\nkind = \"{kind}\"\nterm_frequency = true\n")
    };
    let fields = [("given", "jaro_winkler"), ("surname", "jaro_winkler"), ("born", "date"), ("town", "exact")];
    let more = [("postcode", "exact"), ("street", "jaro_winkler")];
    let linkage = PLAIN.to_owned() + &fields.into_iter().chain(more).map(of_field).collect::<String>();
    let text = pipeline(folder.path(), &["first", "second"], &linkage)
        .replace("town = \"town\"", "town = \"town\"\npostcode = \"postcode\"\nstreet = \"street\"");
    let found = night(&text, folder.path(), 2);
    let persons = first.lines().count() - 1;
    let person = |source: &str, i: usize| &found[&(source.to_owned(), format!("p{i}"))];
    let together = (0..persons).filter(|&i| person("first", i) == person("second", i)).count();
    assert!(together * 100 >= persons * 97, "{together} of {persons} are together");
    let mut records_of: BTreeMap<&str, u64> = BTreeMap::new();
    found.values().for_each(|person| *records_of.entry(person).or_default() += 1);
    let pairs: u64 = records_of.values().map(|n| n * (n - 1) / 2).sum();
    assert!(pairs as usize - together <= persons / 50, "{pairs} pairs, {together} of them right");
}

/// A register in which most pairs that agree in anything are of one family: same surname, street, postcode and phone. One
/// person in ten is there twice.
#[test]
fn families_of_a_clean_register_stay_persons() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = households();
    // What a street has in common stands in three columns.
    let of_family = |line: &str, mark: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = cells[6].bytes().fold(7_u64, |n, byte| n.wrapping_mul(31).wrapping_add(byte.into())) % 1_000_000;
        let [id, given, family, born] = [cells[0], cells[1], cells[2], cells[3]];
        // Of so few given names too many would be alike.
        let number_of: usize = id[1..].parse().unwrap();
        let syllables = ["an", "el", "is", "or", "um", "yx", "bert", "dine", "frid", "gund", "mar", "wolf", "run"];
        let end = [number_of * 7 % 13, number_of * 5 / 13 % 13].map(|at| syllables[at]).concat();
        format!("{mark}{id},{given}{end},{family},{born},5{number},Z{number},{}\n", cells[6])
    };
    let twice = second.lines().skip(1).step_by(10).map(|line| of_family(line, "d"));
    let rows: String = first.lines().skip(1).map(|line| of_family(line, "")).chain(twice).collect();
    std::fs::write(folder.path().join("list.csv"), format!("id,given,family,born,town,postcode,street\n{rows}"))
        .unwrap();
    let of_field =
        |(field, kind): (&str, &str)| format!("\n[[linkage.comparison]]\nfield = \"{field}\"\nkind = \"{kind}\"\n");
    let fields = [("given", "jaro_winkler"), ("surname", "jaro_winkler"), ("born", "date")];
    let more = [("town", "exact"), ("postcode", "exact"), ("street", "jaro_winkler")];
    let rules = r#"["given, surname", "born", "postcode", "town", "surname, street"]"#;
    let linkage = format!("\n[linkage]\nblocking = {rules}\n");
    let linkage = linkage + &fields.into_iter().chain(more).map(of_field).collect::<String>();
    let text = pipeline(folder.path(), &["list"], &linkage)
        .replace("town = \"town\"", "town = \"town\"\npostcode = \"postcode\"\nstreet = \"street\"");
    let found = night(&text, folder.path(), 2);
    let persons = first.lines().count() - 1;
    let person = |id: String| &found[&("list".to_owned(), id)];
    let doubled = (0..persons).step_by(10);
    let together = doubled.clone().filter(|i| person(format!("p{i}")) == person(format!("dp{i}"))).count();
    assert!(together * 100 >= doubled.len() * 85, "{together} of {} are together", doubled.len());
    let all: std::collections::BTreeSet<&String> = found.values().collect();
    assert!(all.len() * 100 >= persons * 99, "{} persons of {persons}", all.len());
}

#[test]
fn the_shipped_pipelines_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/public");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        gridlink::config::load(&path, &Overrides::default()).unwrap();
        read += 1;
    }
    assert!(read >= 6);
}
