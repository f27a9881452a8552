//! One pair of profiles to its pattern of comparison levels. Integer work only.

use super::features::{Features, Packed};
use super::identity;
use super::levels::{Pattern, address, name, phone};
use super::names;

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
        let level = self.name_pair(a.name, b.name);
        if a.former == 0 && b.former == 0 || (name::EXACT..name::EXACT + name::EXACT_LEVELS).contains(&level) {
            return level;
        }
        [self.name_pair(a.former, b.name), self.name_pair(a.name, b.former)]
            .into_iter()
            .fold(level, |best, other| if name::rank(other) < name::rank(best) { other } else { best })
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
    use super::one_slip;

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
