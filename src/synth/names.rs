//! Invented names: surnames by share, given names by cohort and sex, names of minorities and foreigners, names of twins.

use super::SurnameMix;
use super::days;
use super::name_lists as lists;
use super::rng::Rng;

/// How a name is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Surname and given name.
    Han,
    /// Given name · father's given name.
    Dotted,
    /// Two names of two characters and no surname.
    Tibetan,
    /// As in a passport.
    Foreign,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) style: Style,
    /// Surname; the first name of a dotted or Tibetan one.
    pub(crate) surname: String,
    /// Given name; what follows the dot of a dotted one.
    pub(crate) given: String,
}

impl Name {
    /// The name as the register has it.
    pub(crate) fn full(&self) -> String {
        let between = match self.style {
            Style::Dotted => "·",
            Style::Foreign => " ",
            Style::Han | Style::Tibetan => "",
        };
        format!("{}{between}{}", self.surname, self.given)
    }
}

/// Gives names.
#[derive(Debug)]
pub(crate) struct Namer {
    surnames: Vec<(String, f64)>,
    steps: Vec<f64>,
    minority: f64,
    given: [[Vec<char>; 4]; 2],
    fashion: [Vec<Vec<char>>; 2],
}

impl Namer {
    /// A namer of that mix.
    pub(crate) fn new(mix: SurnameMix) -> Self {
        let mut surnames: Vec<(String, f64)> = Vec::new();
        for entry in lists::SURNAMES.split_whitespace() {
            let cut = entry.find(|c: char| c.is_ascii_digit()).unwrap_or(entry.len());
            let share: f64 = entry[cut..].parse().unwrap_or(1.0);
            let southern = lists::SOUTHERN.contains(&entry[..cut]);
            let factor = match mix {
                SurnameMix::Southern if southern => 3.0,
                SurnameMix::Southern => 0.5,
                _ => 1.0,
            };
            surnames.push((entry[..cut].to_owned(), share * factor));
        }
        let mut sum = 0.0;
        let steps = surnames
            .iter()
            .map(|(_, share)| {
                sum += share;
                sum
            })
            .collect();
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        Self {
            surnames,
            steps,
            minority: if mix == SurnameMix::MinorityRich { 0.3 } else { 0.006 },
            given: [lists::MALE.map(chars), lists::FEMALE.map(chars)],
            fashion: lists::FASHION.map(|names| names.iter().map(|n| n.chars().collect()).collect()),
        }
    }

    /// How the names of a family are built.
    pub(crate) fn style(&self, rng: &mut Rng) -> Style {
        if !rng.chance(self.minority) {
            Style::Han
        } else if rng.chance(0.7) {
            Style::Dotted
        } else {
            Style::Tibetan
        }
    }

    /// A surname.
    pub(crate) fn surname(&self, rng: &mut Rng) -> String {
        let sought = rng.unit() * self.steps.last().copied().unwrap_or(1.0);
        let at = self.steps.partition_point(|step| *step <= sought).min(self.surnames.len() - 1);
        self.surnames[at].0.clone()
    }

    /// A given name for that birth day; siblings of old families share `generation` as first character.
    pub(crate) fn given(&self, male: bool, birth: i32, generation: Option<char>, rng: &mut Rng) -> String {
        let year = days::civil(birth).0;
        let sex = usize::from(!male);
        let cohort = match year {
            ..1955 => 0,
            1955..1975 => 1,
            1975..1995 => 2,
            _ => 3,
        };
        let single = match year {
            ..1950 => 0.08,
            1950..1965 => 0.14,
            1965..1975 => 0.28,
            1975..1995 => 0.36,
            1995..2005 => 0.18,
            _ => 0.07,
        };
        if cohort == 3 && rng.chance(0.22) {
            return rng.pick_early(&self.fashion[sex]).iter().collect();
        }
        let chars = &self.given[sex][cohort];
        let last = *rng.pick_early(chars);
        match generation {
            Some(first) if rng.chance(0.6) => [first, last].iter().collect(),
            _ if rng.chance(single) => last.to_string(),
            _ => {
                let mut first = *rng.pick_early(chars);
                if first == last && !rng.chance(0.1) {
                    first = *rng.pick(chars);
                }
                [first, last].iter().collect()
            }
        }
    }

    /// A full name.
    pub(crate) fn name(&self, style: Style, male: bool, birth: i32, family: Option<&Name>, rng: &mut Rng) -> Name {
        let sex = usize::from(!male);
        match style {
            Style::Han => {
                let surname = family.map_or_else(|| self.surname(rng), |f| f.surname.clone());
                Name { style, surname, given: self.given(male, birth, None, rng) }
            }
            Style::Dotted => {
                let father = family.map_or_else(|| (*rng.pick(lists::DOTTED[0])).to_owned(), |f| f.surname.clone());
                Name { style, surname: (*rng.pick(lists::DOTTED[sex])).to_owned(), given: father }
            }
            Style::Tibetan => Name {
                style,
                surname: (*rng.pick(lists::TIBETAN[0])).to_owned(),
                given: (*rng.pick(lists::TIBETAN[sex])).to_owned(),
            },
            Style::Foreign => {
                let (surname, given) = rng.pick(lists::FOREIGN).split_once(' ').unwrap_or(("DOE", "ALEX"));
                Name { style, surname: surname.to_owned(), given: given.to_owned() }
            }
        }
    }

    /// The name of a twin: one character apart.
    pub(crate) fn twin(&self, of: &Name, male: bool, birth: i32, rng: &mut Rng) -> Name {
        let other = self.given(male, birth, None, rng);
        let mut given: Vec<char> = of.given.chars().collect();
        if of.style != Style::Han || given.is_empty() {
            return self.name(of.style, male, birth, Some(&Name { surname: of.given.clone(), ..of.clone() }), rng);
        }
        let at = given.len() - 1;
        let replacement = other.chars().next_back().filter(|c| *c != given[at]).unwrap_or('安');
        given[at] = if replacement == given[at] { '乐' } else { replacement };
        Name { given: given.into_iter().collect(), ..of.clone() }
    }
}
