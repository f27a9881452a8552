//! What happens to values on their way into a dump: each function takes the truth and a rate and returns what the row
//! says. All rates are scaled by one factor; at 0 nothing is damaged.

use super::days;
use super::name_lists as lists;
use super::names::{Name, Style};
use super::people::{Household, Person};
use super::places::{Flat, Plan, land_line, mobile};
use super::rng::Rng;
use super::variants::{Variants, pinyin_of};

/// Damages values.
#[derive(Debug)]
pub(crate) struct Damage {
    factor: f64,
    variants: Variants,
}

/// How often an identity number is damaged in which way, before the factor.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdRates {
    /// Left out.
    pub(crate) missing: f64,
    /// 370502********1234
    pub(crate) masked: f64,
    /// Last four only.
    pub(crate) last_four: f64,
    /// Typed wrongly: a digit, a swap, a loss.
    pub(crate) typo: f64,
    /// Right, but written oddly.
    pub(crate) odd: f64,
    /// A relative's.
    pub(crate) relative: f64,
    /// The 15 digits of before 1999, for the old.
    pub(crate) short: f64,
    /// 3.70502E+17
    pub(crate) mantissa: f64,
}

impl Damage {
    pub(crate) fn new(factor: f64) -> Self {
        Self { factor, variants: Variants::new() }
    }

    /// Whether something of that rate happens.
    pub(crate) fn hit(&self, rng: &mut Rng, rate: f64) -> bool {
        // The draw is made at any factor, so that the same seed gives the same city.
        rng.unit() < rate * self.factor
    }

    /// A rate scaled by the factor.
    pub(crate) fn scaled(&self, rate: f64) -> f64 {
        rate * self.factor
    }

    /// Whether the city is damaged at all.
    pub(crate) fn any(&self) -> bool {
        self.factor > 0.0
    }

    /// A name written at that rate of mistakes; `heard` at a door rather than read from a card.
    pub(crate) fn name(&self, name: &Name, rate: f64, heard: bool, rng: &mut Rng) -> String {
        let full = name.full();
        if !self.hit(rng, rate) {
            return full;
        }
        match name.style {
            Style::Han => self.han(name, heard, rng),
            Style::Dotted => dotted(name, rng),
            Style::Tibetan => match rng.below(3) {
                0 => name.surname.clone(),
                1 => format!("{} {}", name.surname, name.given),
                _ => format!("{}·{}", name.surname, name.given),
            },
            Style::Foreign => match rng.below(3) {
                0 => full.to_lowercase(),
                1 => format!("{},{}", name.surname, name.given),
                _ => format!("{} {}", name.given, name.surname),
            },
        }
    }

    fn han(&self, name: &Name, heard: bool, rng: &mut Rng) -> String {
        let mut chars: Vec<char> = name.full().chars().collect();
        let last = chars.len() - 1;
        let first_given = name.surname.chars().count().min(last);
        let at = if rng.chance(0.07) { 0 } else { first_given + rng.below(last + 1 - first_given) };
        let weights = if heard {
            [5.0, 0.6, 0.4, 0.4, 0.5, 0.5, 0.3, 0.3, 0.6]
        } else {
            [2.0, 1.5, 1.2, 0.5, 0.5, 1.0, 1.5, 0.5, 0.3]
        };
        match rng.weighted(&weights) {
            0 => replace(&mut chars[at], Variants::homophones, &self.variants, rng),
            1 => replace(&mut chars[at], Variants::look_alikes, &self.variants, rng),
            2 => chars.iter_mut().for_each(|c| *c = self.variants.traditional(*c)),
            3 if last > first_given => chars.swap(last - 1, last),
            4 if last > first_given => {
                chars.remove(at.max(first_given));
            }
            5 => chars[at.max(first_given)] = *rng.pick(&['□', '?', '*', '？', '\u{e863}']),
            6 => {
                let gap = *rng.pick(&[' ', '\u{3000}', '\u{200b}', '\u{a0}']);
                chars.insert(first_given, gap);
            }
            7 => {
                if let Some(sound) = pinyin_of(chars[last]) {
                    chars.pop();
                    chars.extend(sound.chars());
                }
            }
            _ => {
                let other: Vec<char> = lists::MALE[2].chars().collect();
                let c = *rng.pick(&other);
                chars[at] = c;
            }
        }
        chars.into_iter().collect()
    }

    /// A name of before, of the same surname.
    pub(crate) fn former_name(name: &Name, male: bool, rng: &mut Rng) -> String {
        if name.style != Style::Han {
            return String::new();
        }
        let chars: Vec<char> = lists::MALE[1].chars().chain(lists::FEMALE[1].chars()).collect();
        let half = chars.len() / 2;
        let from = if male { &chars[..half] } else { &chars[half..] };
        format!("{}{}{}", name.surname, rng.pick(from), rng.pick_early(from))
    }

    /// What somebody is called instead of the name: 王大爷, 李某, 王伟家属.
    pub(crate) fn title(person: &Person, household: &Household, as_of: i32, rng: &mut Rng) -> String {
        if person.name.style != Style::Han {
            return person.name.surname.clone();
        }
        let head = &household.people[0];
        if head.no != person.no && rng.chance(0.25) {
            return format!("{}家属", head.name.full());
        }
        let old = days::age(person.birth, as_of) > 58;
        let titles = lists::TITLES[usize::from(!person.male) + if old { 0 } else { 2 }];
        format!("{}{}", person.name.surname, rng.pick_early(titles))
    }

    /// An identity number as the row has it. `relatives` are those of the household.
    pub(crate) fn id(&self, person: &Person, relatives: &[Person], rates: &IdRates, rng: &mut Rng) -> String {
        let mut id = person.id.clone();
        if id.is_empty() && !person.passport.is_empty() {
            id.clone_from(&person.passport);
        }
        if self.hit(rng, rates.missing) || id.is_empty() {
            return String::new();
        }
        if self.hit(rng, rates.relative)
            && let Some(other) = relatives.iter().find(|p| p.no != person.no && !p.id.is_empty())
        {
            return other.id.clone();
        }
        if id.len() != 18 {
            return id;
        }
        if self.hit(rng, rates.masked) {
            return match rng.below(3) {
                0 => format!("{}********{}", &id[..6], &id[14..]),
                1 => format!("{}**********{}", &id[..4], &id[14..]),
                _ => format!("{}****{}", &id[..10], &id[14..]),
            };
        }
        if self.hit(rng, rates.last_four) {
            return id[14..].to_owned();
        }
        if self.hit(rng, rates.mantissa) {
            return format!("{}.{}E+17", &id[..1], &id[1..6]);
        }
        if days::civil(person.birth).0 < 1962 && id[6..8] == *"19" && self.hit(rng, rates.short) {
            return format!("{}{}", &id[..6], &id[8..17]);
        }
        if self.hit(rng, rates.typo) {
            return typo(&id, rng);
        }
        if self.hit(rng, rates.odd) {
            return match rng.below(5) {
                0 => id.to_lowercase(),
                1 => id.chars().map(full_width).collect(),
                2 => format!("'{id}"),
                3 => format!("{} {} {}", &id[..6], &id[6..14], &id[14..]),
                _ if id.ends_with('X') => id.replace('X', "*"),
                _ => format!(" {id}"),
            };
        }
        id
    }

    /// A birth date in some notation, now and then wrong. `style` is the dump's own.
    pub(crate) fn birth(&self, birth: i32, style: usize, rate: f64, rng: &mut Rng) -> String {
        if !self.hit(rng, rate) {
            return days::notation(birth, style);
        }
        let (y, m, d) = days::civil(birth);
        match rng.below(8) {
            0 | 1 => days::notation(birth, rng.below(10)),
            2 => y.to_string(),
            3 => days::notation(days::day(y, 1, 1), style),
            4 if d <= 12 => days::notation(days::day(y, d, m), style),
            5 => days::notation(birth + *rng.pick(&[-1, 1, 10, -10, 365, -365]), style),
            6 => format!("{y}年{m}月"),
            _ => String::new(),
        }
    }

    /// A phone as the row has it.
    pub(crate) fn phone(&self, person: &Person, household: Option<&Household>, rate: f64, rng: &mut Rng) -> String {
        if person.phone.is_empty() || !self.hit(rng, rate) {
            return person.phone.clone();
        }
        let phone = &person.phone;
        match rng.below(11) {
            0 => format!("+86{phone}"),
            1 => format!("+86 {phone}"),
            2 if phone.len() == 11 && phone.is_ascii() => format!("{} {} {}", &phone[..3], &phone[3..7], &phone[7..]),
            3 => format!("{phone}.0"),
            4 => format!("{phone}{}{}", rng.pick(&["/", "、", ";", " "]), mobile(rng)),
            5 => household.map(|h| h.land_line.clone()).filter(|l| !l.is_empty()).unwrap_or_else(|| land_line(rng)),
            6 | 7 if !person.old_phone.is_empty() => person.old_phone.clone(),
            8 => household.map_or_else(String::new, |h| h.people[0].phone.clone()),
            9 => {
                let mut digits: Vec<u8> = phone.bytes().collect();
                let at = rng.below(digits.len());
                if digits[at].is_ascii_digit() {
                    digits[at] = b'0' + (digits[at] - b'0' + 1 + rng.below(9) as u8) % 10;
                }
                String::from_utf8(digits).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// An address. `usual` is the dump's own notation; at `rate` another one, a lost part or the dwelling of before.
    pub(crate) fn address(
        &self,
        plan: &Plan,
        flat: &Flat,
        old: Option<&Flat>,
        usual: usize,
        rate: f64,
        rng: &mut Rng,
    ) -> String {
        let (other, part, before) = (self.hit(rng, rate), self.hit(rng, rate * 0.25), self.hit(rng, rate * 0.8));
        let flat = if before { old.unwrap_or(flat) } else { flat };
        let style = match (part, other) {
            (true, _) => *rng.pick(&Plan::PARTIAL_STYLES),
            (_, true) => *rng.pick(&Plan::FULL_STYLES),
            _ => usual,
        };
        plan.address(flat, style)
    }

    /// The sex in the dump's own words, now and then left out or wrong.
    pub(crate) fn sex(&self, male: bool, words: [&'static str; 2], rate: f64, rng: &mut Rng) -> String {
        let missing = self.hit(rng, rate);
        let wrong = self.hit(rng, rate * 0.1);
        if missing { String::new() } else { words[usize::from(male == wrong)].to_owned() }
    }
}

fn replace(c: &mut char, by: fn(&Variants, char) -> &[char], variants: &Variants, rng: &mut Rng) {
    let by = by(variants, *c);
    if !by.is_empty() {
        *c = *rng.pick(by);
    }
}

fn dotted(name: &Name, rng: &mut Rng) -> String {
    let dot = rng.pick(&[".", "•", "・", "●", "﹒", " ", "", "‧", "-", "·"]);
    match rng.below(8) {
        0 => name.surname.clone(),
        1 => format!("{}·{}", name.surname, name.given.chars().next().unwrap_or('买')),
        _ => format!("{}{dot}{}", name.surname, name.given),
    }
}

fn typo(id: &str, rng: &mut Rng) -> String {
    let mut digits: Vec<u8> = id.bytes().collect();
    match rng.below(4) {
        0 | 1 => {
            let at = rng.below(17);
            digits[at] = b'0' + (digits[at] - b'0' + 1 + rng.below(9) as u8) % 10;
        }
        2 => {
            let at = 6 + rng.below(10);
            digits.swap(at, at + 1);
        }
        _ => {
            digits.remove(6 + rng.below(11));
        }
    }
    String::from_utf8(digits).unwrap_or_default()
}

/// What a spreadsheet leaves of a number: 15 digits and zeros.
pub(crate) fn spreadsheet_tail(id: &str) -> String {
    let number = id.len() == 18 && id.bytes().all(|b| b.is_ascii_digit());
    if number { format!("{}000", &id[..15]) } else { id.to_owned() }
}

fn full_width(c: char) -> char {
    char::from_u32(c as u32 + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c)
}

/// Whether the text is a valid number, for the checks on what was written.
#[cfg(test)]
pub(crate) fn valid(id: &str) -> bool {
    id.len() == 18 && id.is_ascii() && id.ends_with(super::id::check(&id[..17]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn han(surname: &str, given: &str) -> Name {
        Name { style: Style::Han, surname: surname.to_owned(), given: given.to_owned() }
    }

    #[test]
    fn nothing_happens_at_factor_zero() {
        let (damage, mut rng) = (Damage::new(0.0), Rng::new(1));
        assert!((0..200).all(|_| damage.name(&han("王", "小伟"), 1.0, true, &mut rng) == "王小伟"));
    }

    #[test]
    fn typos_break_the_check_character() {
        let mut rng = Rng::new(3);
        for _ in 0..500 {
            let text = typo("370502199003078917", &mut rng);
            assert!(!valid(&text) || text == "370502199003078917");
        }
    }

    #[test]
    fn every_kind_of_name_damage_leaves_something() {
        let (damage, mut rng) = (Damage::new(1.0), Rng::new(5));
        for name in [han("欧阳", "静"), han("王", "伟"), han("单", "文静")] {
            for _ in 0..300 {
                assert!(!damage.name(&name, 1.0, rng.chance(0.5), &mut rng).is_empty());
            }
        }
    }
}
