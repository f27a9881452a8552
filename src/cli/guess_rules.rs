//! The rules of a guessed pipeline file: those that come with the program. One that asks for what no dump tells would find
//! nobody, or everybody, so it is there for later, behind `#`.

use crate::followup::shipped::{self, ShippedRule};
use crate::message::{Lang, Message};

/// What the sources of a pipeline file tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Told<'a> {
    /// Types of event.
    pub(super) events: Vec<&'a str>,
    /// Agencies.
    pub(super) agencies: Vec<&'a str>,
    /// Keys of `[run]` that are set.
    pub(super) run_keys: Vec<&'a str>,
}

impl Told<'_> {
    /// What `rule` asks for and the sources do not tell.
    fn lacks(&self, rule: &ShippedRule) -> Vec<String> {
        let lacking = |wanted: &[&'static str], told: &[&str], what: &str| {
            let missing = wanted.iter().filter(|word| !told.contains(word));
            missing.map(|word| format!("{what} {word}")).collect::<Vec<_>>()
        };
        let mut lacks = lacking(rule.events, &self.events, "event");
        lacks.extend(lacking(rule.agencies, &self.agencies, "agency"));
        lacks.extend(lacking(rule.run_keys, &self.run_keys, "run"));
        lacks
    }
}

/// `[[schedule]]` and `[[followup]]` of the file. The SQL of each rule stands in `folder` below the file's own, or, without
/// one, in the file itself.
pub(super) fn rules_text(told: &Told<'_>, folder: Option<&str>, lang: Lang) -> String {
    let block = |block: &str| {
        let Some(rule) = shipped::rule_of(block) else { return block.trim_end().to_owned() };
        let file = format!("sql_file = \"@RULES@/{}.sql\"", rule.name);
        let block = match folder {
            Some(folder) => block.replace("@RULES@", folder),
            None => block.replace(&file, &format!("sql = \"\"\"\n{}\"\"\"", rule.sql)),
        };
        let lacks = told.lacks(rule);
        if lacks.is_empty() {
            return block.trim_end().to_owned();
        }
        let why = Message::new("cli.init_rule_lacks").with("lacks", lacks.join(", ")).render(lang);
        let behind = block.trim_end().lines().map(|line| format!("# {line}").trim_end().to_owned());
        std::iter::once(format!("# {why}")).chain(behind).collect::<Vec<_>>().join("\n")
    };
    shipped::TEXT.split("\n\n").map(block).collect::<Vec<_>>().join("\n\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Overrides, parse};
    use std::path::Path;

    /// Names of the rules that a file with this part has.
    fn asked(text: &str) -> Vec<String> {
        let head = "[run]\ncity_code = \"370500\"\nkey_regions = [\"4201\"]\n[[source]]\nname = \"a\"\nagency = \"self\"\npaths = \
                    [\"a.csv\"]\n[source.map]\nname = \"n\"\n";
        let pipeline = parse(&format!("{head}\n{text}"), Path::new("/c/p.toml"), &Overrides::default());
        pipeline.unwrap_or_else(|error| panic!("{error}\n{text}")).followups.into_iter().map(|rule| rule.name).collect()
    }

    #[test]
    fn a_rule_is_asked_where_the_dumps_tell_what_it_needs() {
        let everything = Told {
            events: vec!["arrival", "declaration", "visit", "test", "isolation", "temperature"],
            agencies: vec!["police", "health", "community"],
            run_keys: vec!["city_code", "key_regions"],
        };
        let all = asked(&rules_text(&everything, None, Lang::En));
        assert_eq!(all, shipped::RULES.map(|rule| rule.name), "the SQL that stands in the file can be read");
        let tests = Told { events: vec!["test"], agencies: vec!["health"], run_keys: vec!["key_regions"] };
        for folder in [None, Some("rules")] {
            let text = rules_text(&tests, folder, Lang::Zh);
            let unread = text.replace("sql_file = \"rules/", "sql = \"SELECT person_id, since, reason FROM persons --");
            assert_eq!(asked(&unread), ["positive_households", "contradictions"]);
            assert!(text.contains("event arrival") && text.contains("agency community"), "{text}");
        }
        let no_city = Told { run_keys: vec!["key_regions"], ..everything };
        assert_eq!(asked(&rules_text(&no_city, None, Lang::En)).len(), all.len() - 2);
    }
}
