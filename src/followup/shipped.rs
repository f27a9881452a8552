//! The rules that the program brings along: SQL files for `pipelines/rules/`, the part of a pipeline file that names them,
//! and what a night must tell so that a rule finds those it is for.

/// A rule to start from.
#[derive(Clone, Copy, Debug)]
pub struct ShippedRule {
    /// Name of the rule; its file is `NAME.sql`.
    pub name: &'static str,
    /// Its SQL.
    pub sql: &'static str,
    /// Types of event without which it finds nobody, or everybody.
    pub events: &'static [&'static str],
    /// Agencies without whose sources it finds nobody, or everybody.
    pub agencies: &'static [&'static str],
    /// Keys of `[run]` that it asks for.
    pub run_keys: &'static [&'static str],
}

macro_rules! rule {
    ($name:literal, $events:expr, $agencies:expr, $keys:expr) => {
        ShippedRule {
            name: $name,
            sql: include_str!(concat!("../../pipelines/rules/", $name, ".sql")),
            events: &$events,
            agencies: &$agencies,
            run_keys: &$keys,
        }
    };
}

/// All of them, in the order of [`TEXT`].
pub const RULES: [ShippedRule; 15] = [
    rule!("key_region_arrivals", ["arrival"], [], ["key_regions"]),
    rule!("elsewhere_arrivals", ["arrival"], [], ["city_code", "key_regions"]),
    rule!("arrivals_undeclared", ["arrival", "declaration"], [], ["city_code"]),
    rule!("declarations_unverified", ["declaration"], [], []),
    rule!("missed_at_the_door", [], ["community"], []),
    rule!("community_only", [], ["community", "police"], []),
    rule!("nobody_home", ["visit"], [], []),
    rule!("households_never_reached", ["visit"], [], []),
    rule!("households_vacant", ["visit"], [], []),
    rule!("tests_due", ["arrival", "test"], [], ["key_regions"]),
    rule!("positive_households", ["test"], [], []),
    rule!("temperatures_due", ["isolation", "temperature"], [], []),
    rule!("in_isolation", ["isolation"], [], []),
    rule!("release_due", ["isolation"], [], []),
    rule!("contradictions", [], [], []),
];

/// The part of a pipeline file that names them: `[[schedule]]` and `[[followup]]`, in blocks with an empty line between, each
/// under its comment; `@RULES@` stands for the folder of the SQL files.
pub const TEXT: &str = include_str!("shipped.toml");

/// The rule that a block of [`TEXT`] names, if it is a rule's.
pub fn rule_of(block: &str) -> Option<&'static ShippedRule> {
    RULES.iter().find(|rule| block.contains(&format!("/{}.sql\"", rule.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_one_block_and_asks_for_what_it_says() {
        let named: Vec<&str> = TEXT.split("\n\n").filter_map(rule_of).map(|rule| rule.name).collect();
        assert_eq!(named, RULES.map(|rule| rule.name));
        for rule in RULES {
            let code: String = rule.sql.lines().filter(|line| !line.starts_with("--")).collect();
            for event in rule.events {
                assert!(code.contains(&format!("'{event}'")), "{}: {event}", rule.name);
            }
            for agency in rule.agencies {
                assert!(code.contains(&format!("'{agency}'")), "{}: {agency}", rule.name);
            }
            for key in ["city_code", "key_regions"] {
                assert_eq!(code.contains(key), rule.run_keys.contains(&key), "{}: {key}", rule.name);
            }
        }
    }
}
