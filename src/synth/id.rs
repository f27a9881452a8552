//! Identity numbers of invented persons: unique without a table of persons, by a counter for each region, birth day and
//! sex, as registrars count.

use super::days;

/// First birth day that a number can have.
const FIRST: i32 = -25_567; // 1900-01-01
const DAYS: usize = 47_500; // to 2030

/// Gives out sequence numbers. One byte for each region, day and sex.
#[derive(Debug)]
pub(crate) struct Registrar {
    regions: Vec<u32>,
    used: Vec<u8>,
}

impl Registrar {
    /// A registrar of these region codes.
    pub(crate) fn new(regions: Vec<u32>) -> Self {
        let used = vec![0; regions.len() * DAYS * 2];
        Self { regions, used }
    }

    /// The next number of that region (by its place), birth day and sex; `None` if the day is full.
    pub(crate) fn next(&mut self, region: usize, birth: i32, male: bool) -> Option<String> {
        let on = usize::try_from(birth - FIRST).ok().filter(|&on| on < DAYS)?;
        let slot = (region * DAYS + on) * 2 + usize::from(male);
        let taken = self.used[slot];
        self.used[slot] = taken.checked_add(1)?;
        // Each day starts somewhere else: not everybody is number one.
        let start = (slot as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        let sequence = ((start + u64::from(taken)) % 500) * 2 + u64::from(male);
        let (y, m, d) = days::civil(birth);
        let mut id = format!("{:06}{y:04}{m:02}{d:02}{sequence:03}", self.regions[region]);
        id.push(check(&id));
        Some(id)
    }
}

/// The check character of the first 17 digits.
pub(crate) fn check(digits: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b.wrapping_sub(b'0')) * w).sum();
    ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'][(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_of_the_standard() {
        assert_eq!(check("11010519491231002"), 'X');
        assert_eq!(check("44052418800101001"), '4');
    }

    #[test]
    fn numbers_never_repeat() {
        let mut registrar = Registrar::new(vec![370_502]);
        let mut seen: Vec<_> = (0..255).filter_map(|_| registrar.next(0, days::day(1990, 5, 5), true)).collect();
        assert_eq!(seen.len(), 255);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 255);
        assert_eq!(registrar.next(0, days::day(1990, 5, 5), true), None);
    }
}
