//! One pair of profiles to its pattern of comparison levels. Integer work only.

use super::features::{Features, Packed};
use super::identity;
use super::levels::{Pattern, address, name, phone};
use super::names;
use crate::tables::NO_DATE;

impl Features {
    /// The pattern of profiles `a` and `b`. Symmetric.
    #[inline]
    pub fn pattern(&self, a: u32, b: u32) -> Pattern {
        let (a, b) = (&self.packed[a as usize], &self.packed[b as usize]);
        Pattern::new(identity::compare(a, b), self.names(a, b), self.phones(a, b), self.addresses(a, b))
    }

    /// The pattern of two profiles with the ID number of one of them hidden.
    #[inline]
    pub fn pattern_hidden(&self, a: u32, b: u32) -> Pattern {
        let (a, b) = (&self.packed[a as usize], &self.packed[b as usize]);
        Pattern::new(identity::compare_hidden(a, b), self.names(a, b), self.phones(a, b), self.addresses(a, b))
    }

    fn names(&self, a: &Packed, b: &Packed) -> u8 {
        let level = match self.name_pair(a.name, b.name) {
            name::DIFFERENT if self.may_be_child(a, b) => name::MISSING,
            level => level,
        };
        if a.former == 0 && b.former == 0 || (name::EXACT..name::EXACT + name::EXACT_LEVELS).contains(&level) {
            return level;
        }
        [self.name_pair(a.former, b.name), self.name_pair(a.name, b.former)]
            .into_iter()
            .fold(level, |best, other| if name::rank(other) < name::rank(best) { other } else { best })
    }

    /// Whether one of them is called somebody's child, and the other is young enough to be that child under its own name.
    fn may_be_child(&self, a: &Packed, b: &Packed) -> bool {
        let is_child = |of: &Packed| self.names[of.name as usize].is_child();
        let is_young = |of: &Packed| of.birth().0 != NO_DATE && of.birth().0 > self.grown_up;
        match (is_child(a), is_child(b)) {
            (true, false) => is_young(b),
            (false, true) => is_young(a),
            _ => false,
        }
    }

    fn name_pair(&self, a: u32, b: u32) -> u8 {
        if a == 0 || b == 0 {
            return name::MISSING;
        }
        let x = &self.names[a as usize];
        if a == b {
            return match (x.is_title(), x.is_missing()) {
                (true, _) => name::SAME_TITLE,
                (_, true) => name::MISSING,
                _ if x.readable() < 2 => name::UNREADABLE_WEAK,
                _ => name::EXACT + x.rarity - 1,
            };
        }
        names::compare(x, &self.names[b as usize])
    }

    fn phones(&self, a: &Packed, b: &Packed) -> u8 {
        if a.phones[0] == 0 || b.phones[0] == 0 {
            return phone::MISSING;
        }
        let mut best = phone::DIFFERENT;
        for x in a.phones {
            for y in b.phones {
                if x == y && x != 0 {
                    best = best.min(self.phone_level[x as usize]);
                }
            }
        }
        if best == phone::DIFFERENT
            && one_slip(self.phone_digits[a.phones[0] as usize], self.phone_digits[b.phones[0] as usize])
        {
            return phone::TYPO;
        }
        best
    }

    fn addresses(&self, a: &Packed, b: &Packed) -> u8 {
        let both = |x: u32, y: u32| x != 0 && x == y;
        if both(a.flat, b.flat) {
            return self.flat_level[a.flat as usize];
        }
        if both(a.flat, b.registered_flat)
            || both(a.registered_flat, b.flat)
            || both(a.registered_flat, b.registered_flat)
        {
            return address::REGISTERED_FLAT;
        }
        if both(a.building, b.building) {
            return address::SAME_BUILDING;
        }
        if both(a.estate, b.estate) {
            return address::SAME_ESTATE;
        }
        if both(a.grid, b.grid) {
            return address::SAME_GRID;
        }
        let known = |p: &Packed| p.estate != 0 || p.flat != 0;
        if known(a) && known(b) { address::DIFFERENT } else { address::MISSING }
    }
}

/// Whether two numbers of decimal digits, four bits each, differ in one digit or by a swap of two neighbours.
fn one_slip(a: u64, b: u64) -> bool {
    const ONES: u64 = 0x1111_1111_1111_1111;
    let differing = a ^ b;
    // One bit for each digit that differs.
    let digits = (differing | differing >> 1 | differing >> 2 | differing >> 3) & ONES;
    match digits.count_ones() {
        1 => true,
        2 => {
            let low = digits.trailing_zeros();
            let pair = |x: u64| (x >> low & 0xff) as u8;
            digits >> low == 0x11 && pair(a) == pair(b).rotate_left(4)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{name, one_slip};
    use crate::kernels::date::days_from_civil;
    use crate::kernels::text::normalize_name;
    use crate::link::{features, profiles};
    use crate::tables::{BirthPrecision, NO_DATE, Records};

    #[test]
    fn who_is_called_by_a_parent_may_be_a_child_and_no_grown_up() {
        let born = |year| days_from_civil(year, 3, 1);
        let rows = [
            ("邱斌之女", NO_DATE),
            ("董芳琴", born(1998)),
            ("邱小雨", born(2020)),
            ("邱婷", NO_DATE),
            ("邱斌", born(1996)),
        ];
        let mut records = Records::default();
        for (at, (text, _)) in rows.iter().enumerate() {
            records.copy_blank();
            let mut clean = String::new();
            records.name_flags[at] = normalize_name(text, &mut clean).0;
            records.name[at] = records.pool.intern(&clean);
            records.phones[at][0] = 13_900_000_000 + at as u64;
        }
        for (at, (_, birth)) in rows.iter().enumerate() {
            (records.birth[at], records.birth_precision[at]) = (*birth, BirthPrecision::Day);
        }
        let features = features(&records, &profiles(&records));
        // Profiles stand in the order of records, which are as many as there are names.
        let level = |a, b| features.names(&features.packed[a], &features.packed[b]);
        let of_child: Vec<u8> = (1..rows.len()).map(|p| level(0, p)).collect();
        assert_eq!(of_child, [name::DIFFERENT, name::MISSING, name::DIFFERENT, name::DIFFERENT]);
        assert!((1..rows.len()).all(|p| level(0, p) == level(p, 0)));
    }

    #[test]
    fn phones_one_slip_apart() {
        for (a, b, expected) in [
            (0x13800138000, 0x13800138001, true),
            (0x13800138000, 0x13801038000, true),
            (0x13800138000, 0x13800138011, false),
            (0x13800138000, 0x13801038001, false),
            (0x13800138000, 0x13800138000, false),
        ] {
            assert_eq!(one_slip(a, b), expected, "{a:x} {b:x}");
        }
    }
}
