//! Keys of items, and of what a row of `changes/` is about.

use crate::tables::{KeyText, PersonId};
use sha2::{Digest, Sha256};
use std::fmt;

/// Stable key of an item, from its rule and person: 64 bits, shown as `F` and 13 characters of Crockford's base 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u64);

impl ItemId {
    /// The key of the item of `rule` and `person`. `again` tells apart items of one rule and person, of which there are
    /// several only after persons were merged and split again.
    pub(super) fn new(rule: &str, person: PersonId, again: u8) -> Self {
        let mut hash = Sha256::new();
        hash.update(rule.as_bytes());
        hash.update([0, again]);
        hash.update(person.0.to_be_bytes());
        let digest = hash.finalize();
        Self(digest[..8].iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    /// The key as a text without memory of its own.
    pub fn key(self) -> KeyText {
        PersonId(self.0).key().with_letter(b'F')
    }

    /// Reads a key back; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('F')?;
        PersonId::parse(&format!("P{digits}")).map(|id| Self(id.0))
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key().as_ref())
    }
}

/// The key of what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedId {
    /// A person's.
    Person(PersonId),
    /// An item's.
    Item(ItemId),
}

impl ChangedId {
    /// The key as a text without memory of its own.
    pub fn key(self) -> KeyText {
        match self {
            Self::Person(id) => id.key(),
            Self::Item(id) => id.key(),
        }
    }
}

impl fmt::Display for ChangedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key().as_ref())
    }
}
