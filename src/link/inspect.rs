//! Questions to the features of two profiles, for explaining and measuring; nothing of the night depends on them.

use super::blocking::{self, RULES};
use super::features::Features;

impl Features {
    /// The rules of which profiles `a` and `b` share a key, bit r for rule r. Whether an oversized block was split between
    /// them is not looked at.
    pub fn rules_shared(&self, a: u32, b: u32) -> u32 {
        let (x, y) = (blocking::keys(self, a as usize), blocking::keys(self, b as usize));
        let share = |rule: usize| x[rule].iter().any(|key| *key != 0 && y[rule].contains(key));
        (0..RULES.len()).filter(|&rule| share(rule)).map(|rule| 1 << rule).sum()
    }
}
