//! Towns, townships and streets of China that have their name alone in the whole country, by the code of their county (2023; facts,
//! taken from the public list that package china-division carries under the MIT licence). Read only for key regions.

/// A county's code and the names of its towns without their last word, a line each.
const TOWNS: &str = include_str!("towns.txt");

/// Codes of counties and the towns in them.
pub(super) fn towns() -> impl Iterator<Item = (u32, &'static str)> {
    TOWNS.lines().filter_map(|line| line.split_once(' ')).flat_map(|(code, names)| {
        let code = code.parse::<u32>().ok();
        names.split(' ').filter_map(move |name| Some((code?, name)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::places::{counties, division_name};
    use super::*;
    use hashbrown::HashSet;

    #[test]
    fn every_town_lies_in_a_county_and_has_its_name_alone() {
        let known: HashSet<u32> = counties().map(|(code, _)| code).collect();
        let mut names = HashSet::new();
        for (code, name) in towns() {
            assert!(known.contains(&code) || division_name(&code.to_string()).is_some(), "{code} {name}");
            assert!(names.insert(name) && name.chars().count() >= 2, "{name}");
        }
        assert!(names.len() > 20_000);
    }
}
