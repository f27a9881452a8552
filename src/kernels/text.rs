//! text
/// Bits that say what a name is besides its characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameFlags(pub u8);
