//! A pipeline file with many faults, as the program tells them.

use assert_cmd::Command;

const FAULTY: &str = r#"
[run]
ouput = "out"
locale = "fr"

[[source]]
name = "police"
agency = "polize"
paths = ["*.csv"]
[source.map]
id_numbr = "公民身份号码"
name = "姓名"

[[source]]
name = "police"
agency = "health"
paths = ["*.csv"]
[source.map]
name = "姓名"

[linkage]
match_weight_min = 4
review_weight_min = 12

[[followup]]
name = "tests_due"
sql = "SELECT person_id, as_of AS since, '' AS reason FROM persons"
settled_by = "test"
"#;

fn gridlink() -> Command {
    let mut command = Command::cargo_bin("gridlink").unwrap();
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C");
    command
}

#[test]
fn all_faults_are_listed_and_the_code_is_78() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    std::fs::write(&path, FAULTY).unwrap();
    for command in ["run", "check"] {
        let output = gridlink().arg(command).arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(78));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        for fault in [
            "7 fault(s)",
            "p.toml:3: run.ouput: unknown key, did you mean `output`?",
            "p.toml:4: run.locale: found `fr`",
            "p.toml:8: source[1].agency: found `polize`, did you mean `police`?",
            "p.toml:11: source[1].map.id_numbr: unknown key, did you mean `id_number`?",
            "p.toml:15: source[2].name: `police` is already used by source[1]",
            "linkage.review_weight_min: found `12`, allowed: < match_weight_min (4)",
            "followup[1].settled_by: found `test`, allowed: beside visit_settles = false",
        ] {
            assert!(text.contains(fault), "{fault} is not in\n{text}");
        }
    }
    let zh = gridlink().args(["--lang", "zh", "check"]).arg(&path).output().unwrap();
    assert!(String::from_utf8(zh.stderr).unwrap().contains("是否应为 `id_number`"));
}

#[test]
fn rules_are_tried_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.toml");
    let rule = |name: &str, sql: &str| {
        format!("[[followup]]\nname = \"{name}\"\nsql = \"{sql}\"\nvisit_settles = false\nsettled_by = \"tset\"\n")
    };
    let source = "[run]\nas_of = 2022-03-27\noutput = \"out\"\nstore = \"store\"\n[[source]]\nname = \"police\"\nagency = \"police\"\n\
                  paths = [\"no.csv\"]\n[source.map]\nname = \"n\"\n[[source.event]]\ntype = \"test\"\nat = \"t\"\n";
    let wrong = rule("a", "SELECT person_id, as_of AS since, '' AS reason FROM persons WHERE nme = 'x'");
    let good = rule("b", "SELECT person_id, as_of AS since, '' AS reason FROM persons");
    std::fs::write(&path, format!("{source}{wrong}{good}")).unwrap();
    for command in ["run", "check"] {
        let output = gridlink().arg(command).arg(&path).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{text}");
        assert!(text.contains("rule a") && text.contains("nme") && !text.contains("rule b"), "{text}");
    }
    assert!(!folder.path().join("out/current").exists());
    // What can be asked and never happens is told.
    std::fs::write(&path, format!("{source}{good}")).unwrap();
    let text = String::from_utf8(gridlink().arg("check").arg(&path).output().unwrap().stderr).unwrap();
    assert!(text.contains("rule b is settled by events of type tset") && text.contains("tell of: test"), "{text}");
}

#[test]
fn a_missing_pipeline_is_66_and_a_wrong_argument_2() {
    gridlink().args(["run", "/no/such.toml"]).assert().code(66);
    gridlink().args(["run"]).assert().code(2);
    gridlink().args(["run", "p.toml", "--memory-limit", "lots"]).assert().code(2);
    gridlink().args(["run", "p.toml", "--as-of", "yesterday"]).assert().code(2);
    gridlink().args(["run", "p.toml", "--set", "novalue"]).assert().code(2);
}
