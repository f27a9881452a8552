//! The help texts, which are an interface.

use assert_cmd::Command;

fn help(arguments: &[&str]) -> String {
    let output = Command::cargo_bin("gridlink").unwrap().args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success());
    // The width of the terminal that runs the test must not matter.
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn help_of_every_command() {
    let mut all = help(&[]);
    for command in ["run", "check", "init", "eval", "explain", "query", "synth", "returns", "review"] {
        all.push_str(&format!("\n\n$ gridlink {command} --help\n{}", help(&[command])));
    }
    insta::assert_snapshot!("help", all);
}
