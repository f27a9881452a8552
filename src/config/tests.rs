//! A whole pipeline as the contract shows it, every form of a mapping, and the texts of faults.

use super::*;
use crate::error::Error;

const SAMPLE: &str = r#"
[run]
name = "sample-city"
as_of = 2022-03-27
output = "out"
locale = "en"
city_code = "370500"
keep_sets = 30

[grids]
path = "dumps/grids.csv"
[grids.map]
code = "网格编码"
kind = { column = "类型", values = { "专属" = "dedicated" } }
estate = ["小区", "苑"]

[[source]]
name = "police_population"
agency = "police"
paths = ["dumps/police_population*.csv"]
required = true
max_age_hours = 36
format = "tsv"
encoding = "GBK"
[source.map]
record_id = "人员编号"
name = { columns = ["姓", "名"], join = "" }
sex = { column = "性别", values = { "1" = "男", "2" = "女" } }
phone = ["电话", "手机"]
id_type = { const = "身份证" }
address = { columns = ["街道", "小区"], join = " " }

[[source.event]]
type = "arrival"
at = "到达时间"
detail = { vehicle = "车次", transport = "交通方式" }

[[source]]
name = "declarations"
agency = "self"
paths = "declared.xlsx"
sheet = "申报"
[source.map]
phone = "手机"

[linkage]
preset = "person-cn"
match_weight_min = 12
review_weight_min = 4.5

[[followup]]
name = "arrivals"
due_hours = 24
sql = "SELECT 1"

[publish]
mask = "none"
xlsx = false
"#;

fn read(text: &str) -> Result<Pipeline> {
    parse(text, Path::new("/city/pipelines/sample.toml"), &Overrides::default())
}

fn set(pairs: &[(&str, &str)]) -> Overrides {
    Overrides { as_of: None, set: pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect() }
}

fn faults(text: &str) -> Error {
    read(text).expect_err("the text has faults")
}

fn columns(columns: &[usize], join: &str, values: &[(&str, &str)]) -> Mapping {
    let values = values.iter().map(|&(from, to)| (from.to_owned(), to.to_owned())).collect();
    Mapping::Columns { columns: columns.to_vec(), join: join.to_owned(), values }
}

#[test]
fn a_whole_pipeline_is_read() {
    let p = read(SAMPLE).unwrap();
    assert_eq!(p.run.as_of, jiff::civil::date(2022, 3, 27));
    assert_eq!(p.run.output, Path::new("/city/pipelines/out"));
    assert_eq!(p.run.store, Path::new("/city/pipelines/store"));
    assert_eq!((p.run.locale, p.run.city_code.as_deref()), (Lang::En, Some("370500")));
    assert_eq!(p.run.keep_sets, Some(30));
    assert_eq!(p.sha256.len(), 64);

    let grids = p.grids.unwrap();
    assert_eq!(grids.columns, ["网格编码", "类型", "小区", "苑"]);
    assert_eq!(grids.map[&GridField::Kind], columns(&[1], "", &[("专属", "dedicated")]));
    assert_eq!(grids.map[&GridField::Estates], columns(&[2, 3], "", &[]));

    let police = &p.sources[0];
    assert_eq!(police.paths, ["/city/pipelines/dumps/police_population*.csv"]);
    assert_eq!((police.required, police.max_age_hours), (true, Some(36)));
    assert_eq!((police.read.format, police.read.delimiter), (Some(Format::Text), Some(b'\t')));
    assert_eq!(police.read.encoding, Some(Encoding::Gb18030));
    let expected = ["人员编号", "姓", "名", "性别", "电话", "手机", "街道", "小区", "到达时间", "车次", "交通方式"];
    assert_eq!(police.columns, expected);
    assert_eq!(police.map[1], (PersonField::Name, columns(&[1, 2], "", &[])));
    assert_eq!(police.map[2], (PersonField::Sex, columns(&[3], "", &[("1", "男"), ("2", "女")])));
    assert_eq!(police.map[3], (PersonField::Phone, columns(&[4, 5], "、", &[])));
    assert_eq!(police.map[4], (PersonField::IdType, Mapping::Const("身份证".to_owned())));
    assert_eq!(police.map[5], (PersonField::Address, columns(&[6, 7], " ", &[])));
    let details: Vec<&str> = police.events[0].detail.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(details, ["vehicle", "transport"], "in the order of the file");

    assert_eq!((p.sources[1].agency, p.sources[1].required), (Agency::Own, false));
    assert_eq!((p.linkage.match_weight_min, p.linkage.review_weight_min), (Some(12.0), Some(4.5)));
    assert_eq!(p.linkage.block_rows_max, 2000);
    assert_eq!((p.followups[0].title.as_str(), p.followups[0].priority), ("arrivals", 3));
    assert_eq!((p.publish.parquet, p.publish.xlsx, p.publish.mask), (true, false, Mask::None));
}

#[test]
fn the_order_of_evidence_and_the_results_of_visits_are_settings() {
    let dated = "due_hours = 24\ndue_changes = [{ from = 2022-04-01, hours = 12 }, { from = 2022-05-01, hours = 6 }]";
    let text = SAMPLE
        .replace("due_hours = 24", dated)
        .replace("[grids.map]", "order = [\"flat\", \"grid_code\"]\ndedicated = \"instead\"\n[grids.map]")
        + "[returns.results]\n\"见到本人\" = \"verified\"\n\"不在家\" = \"nobody_home\"\n";
    let p = read(&text).unwrap();
    let grids = p.grids.unwrap();
    assert_eq!(grids.order, [GridEvidence::Flat, GridEvidence::GridCode]);
    assert_eq!(grids.dedicated, DedicatedGrids::Instead);
    let changes = [(jiff::civil::date(2022, 4, 1), 12), (jiff::civil::date(2022, 5, 1), 6)];
    assert_eq!(p.followups[0].due_changes, changes);
    let results: Vec<(String, String)> =
        [("见到本人", "verified"), ("不在家", "nobody_home")].map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    assert_eq!(p.returns.unwrap().results, results);
    assert_eq!(read(SAMPLE).unwrap().grids.unwrap().order, GridEvidence::ORDER);

    let wrong = text.replace("\"grid_code\"]", "\"flat\", \"gridcode\"]").replace("\"verified\"", "\"verifyed\"");
    let wrong = wrong.replace("2022-05-01", "2022-03-01").replace("\"instead\"", "\"besides\"");
    let told = faults(&wrong).render(Lang::En);
    for part in [
        "grids.order[2]",
        "grids.order[3]",
        "`beside`",
        "`grid_code`",
        "returns.results.见到本人",
        "`verified`",
        "due_changes[2].from",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[test]
fn the_command_line_wins() {
    let mut over = set(&[
        ("run.output", "/elsewhere/2022"),
        ("run.name", "2022"),
        ("source.police_population.required", "false"),
        ("source[2].name", "own"),
        ("linkage.block_rows_max", "50"),
        ("publish.xlsx", "true"),
        ("run.as_of", "2022-03-28"),
    ]);
    let path = Path::new("/city/pipelines/sample.toml");
    let p = parse(SAMPLE, path, &over).unwrap();
    assert_eq!((p.run.output.as_path(), p.run.name.as_str()), (Path::new("/elsewhere/2022"), "2022"));
    assert!(!p.sources[0].required && p.publish.xlsx);
    assert_eq!((p.sources[1].name.as_str(), p.linkage.block_rows_max), ("own", 50));
    assert_eq!(p.run.as_of, jiff::civil::date(2022, 3, 28));
    over.as_of = Some(jiff::civil::date(2022, 4, 1));
    assert_eq!(parse(SAMPLE, path, &over).unwrap().run.as_of, jiff::civil::date(2022, 4, 1));
}

#[test]
fn faults_of_the_command_line_say_so() {
    let over = set(&[("run.ouput", "x"), ("source.nobody.required", "true"), ("publish.mask", "lots"), ("", "x")]);
    let error = parse(SAMPLE, Path::new("/p/sample.toml"), &over).expect_err("faults");
    insta::assert_snapshot!("set_faults_en", error.render(Lang::En));
}

const CUSTOM: &str = r#"
[[source]]
name = "a"
agency = "police"
paths = "a.csv"
[source.map]
record_id = "rec_id"
name = "given_name"
surname = "surname"
birth = "date_of_birth"
postcode = { column = "postcode" }

[linkage]
blocking = ["surname, postcode[0:4]", ["name", "birth"]]
one_per_source = true
[[linkage.comparison]]
field = "name"
kind = "jaro_winkler"
levels = [0.92, 0.8]
term_frequency = true
[[linkage.comparison]]
name = "swap"
fields = ["name", "surname"]
kind = "swapped"
"#;

#[test]
fn a_pipeline_may_bring_its_own_fields() {
    let p = read(CUSTOM).unwrap();
    assert_eq!(p.linkage.preset, Preset::Custom);
    assert!(p.linkage.one_per_source);
    assert_eq!(p.linkage.blocking, [vec!["surname", "postcode[0:4]"], vec!["name", "birth"]]);
    assert_eq!(p.linkage.comparisons[0].name, "name");
    assert_eq!(p.linkage.comparisons[0].levels, [0.92, 0.8]);
    let fields: Vec<&PersonField> = p.sources[0].map.iter().map(|(field, _)| field).collect();
    let other = |name: &str| PersonField::Other(name.to_owned());
    let expected =
        [PersonField::RecordId, other("name"), PersonField::Name, other("surname"), other("birth"), other("postcode")];
    assert_eq!(fields, expected.iter().collect::<Vec<_>>());
    // A stored model is the preset's: beside own comparisons it would be passed over in silence.
    let pinned = CUSTOM.replace("one_per_source = true", "one_per_source = true\nmodel = \"model.json\"");
    let told = faults(&pinned).render(Lang::En);
    assert!(told.contains("linkage.model: cannot stand beside linkage.comparison"), "{told}");
}

#[test]
fn faults_of_own_fields() {
    let text = CUSTOM
        .replace("[\"name\", \"birth\"]", "[\"nmae\", \"birth[4:2]\"]")
        .replace("[0.92, 0.8]", "[0.8, 92]")
        .replace("\"name\", \"surname\"]\nkind", "\"name\"]\nkind")
        .replace("\"jaro_winkler\"", "\"jaro-winkler\"");
    insta::assert_snapshot!("own_field_faults_en", faults(&text).render(Lang::En));
}

const FAULTY: &str = r#"
title = "?"
[run]
as_of = "27.3.2022"
locale = "zh"
ouput = "out"
city_code = 37
[grids]
[grids.map]
kod = "x"
[[source]]
name = "police"
agency = "polize"
paths = []
required = "yes"
max_age_hours = 0
delimiter = "ab"
[source.map]
id_numbr = "公民身份号码"
name = { columns = ["a"], column = "b" }
sex = { const = 1, join = "" }
phone = 7
[[source]]
name = "police"
paths = ["[a"]
[source.map]
address = "a"
[[source.event]]
kind = "arrival"
[linkage]
preset = "person-en"
match_weight_min = 4
review_weight_min = 12
block_rows_max = 1
[[followup]]
name = "a"
due_hours = -3
priority = 10
sql_file = "nowhere.sql"
[[followup]]
name = "a"
sql = "SELECT 1"
[publish]
mask = true
"#;

#[test]
fn every_fault_is_told_at_once() {
    let error = faults(FAULTY);
    assert_eq!(error.exit, Exit::Config);
    insta::assert_snapshot!("faults_en", error.render(Lang::En));
    insta::assert_snapshot!("faults_zh", error.render(Lang::Zh));
}

#[test]
fn text_that_is_not_toml() {
    let error = faults("[run\nname = 1\n[[source]]\nname = \n");
    assert_eq!(error.exit, Exit::Config);
    insta::assert_snapshot!("syntax_en", error.render(Lang::En));
    assert!(faults("").render(Lang::Zh).contains("[[source]]"));
    // A second table of one name, a key given twice.
    assert_eq!(faults("[run]\nname='a'\nname='b'\n[run]\n").exit, Exit::Config);
}

#[test]
fn a_missing_file_is_missing_input() {
    let error = load(Path::new("/no/such/pipeline.toml"), &Overrides::default()).expect_err("no file");
    assert_eq!(error.exit, Exit::NoInput);
}

#[test]
fn a_folder_with_glob_characters_is_taken_literally() {
    let p = parse(CUSTOM, Path::new("/city[1]/p.toml"), &Overrides::default()).unwrap();
    assert_eq!(p.sources[0].paths, ["/city[[]1[]]/a.csv"]);
    assert!(glob::Pattern::new(&p.sources[0].paths[0]).unwrap().matches("/city[1]/a.csv"));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[\\[\\]a-c.=\"'{}\n 0-9,#]{0,80}", key in "[a-c.\\[\\]0-9]{0,8}", value in ".{0,8}") {
        let over = Overrides { as_of: None, set: vec![(key, value)] };
        let _ = parse(&text, Path::new("/p/x.toml"), &over);
    }

    #[test]
    fn no_damaged_pipeline_panics(at in 0..SAMPLE.len(), with in "[\\[\\]={}\"a\n]{0,3}") {
        if SAMPLE.is_char_boundary(at) {
            let _ = read(&format!("{}{with}{}", &SAMPLE[..at], &SAMPLE[at..]));
        }
    }
}

#[test]
fn rules_may_ask_for_the_city_and_its_key_regions() {
    let with = |run: &str| {
        read(&format!(
            "[run]\n{run}\n[[source]]\nname = \"a\"\nagency = \"self\"\npaths = [\"a.csv\"]\n[source.map]\nname = \"n\"\n\
             [[followup]]\nname = \"r\"\nsql = \"SELECT city_code, 'key_regions', t.city_code, Key_Regions FROM t\"\n"
        ))
    };
    let p = with("city_code = \"370500\"\nkey_regions = [\"31\", \"4201\"]").unwrap();
    assert_eq!(p.followups[0].sql, "SELECT '370500', 'key_regions', t.city_code, '^(31|4201)' FROM t");
    let told = |run: &str| {
        let faults = with(run).unwrap_err().faults;
        faults.iter().map(|fault| fault.render(Lang::En)).collect::<Vec<_>>().join("; ")
    };
    let lacking = told("key_regions = [\"31\"]");
    assert!(lacking.contains("`city_code`") && !lacking.contains("`key_regions`"), "{lacking}");
    let wrong = told("city_code = \"x\"\nkey_regions = [\"31\"]");
    assert!(wrong.contains("city_code") && !wrong.contains("asks for"), "said, but wrongly: {wrong}");
    assert!(told("city_code = \"370500\"\nkey_regions = [\"3\"]").contains("key_regions"));
}

#[test]
fn a_list_shows_what_persons_have_or_the_rule_makes() {
    let with = |fields: &str, sql: &str| {
        let faults = read(&format!(
            "[run]\nname = \"n\"\nas_of = 2022-03-27\n[[source]]\nname = \"a\"\nagency = \"self\"\npaths = [\"a.csv\"]\n\
             [source.map]\nname = \"n\"\n[[followup]]\nname = \"r\"\nfields = [{fields}]\nsql = \"{sql}\"\n"
        ));
        faults.err().map(|error| error.faults.iter().map(|fault| fault.render(Lang::En)).collect::<Vec<_>>().join("; "))
    };
    let sql = "SELECT person_id, reason AS flight FROM persons";
    assert_eq!(with("\"name\", \"age\", \"at\", \"flight\", \"Flight\"", sql), None);
    let told = with("\"name\", \"phnoe\"", sql).unwrap();
    assert!(told.contains("followup[1].fields") && told.contains("`phnoe`") && told.contains("`phone`"), "{told}");
    assert_eq!(with("\"detail\"", "SELECT e.* FROM events AS e"), None);
}
