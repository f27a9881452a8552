//! The resident identity number (GB 11643-1999): six digits of region, eight of birth, three of sequence (odd for men)
//! and a check character by ISO 7064 MOD 11-2.

/// What is known of an identity number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum IdKind {
    /// Nothing.
    #[default]
    None = 0,
    /// 18 characters, a real date, the check character agrees.
    Valid = 1,
    /// 15 digits of the old form, completed to 18 with certainty.
    Valid15 = 2,
    /// 18 characters whose check character or date does not agree.
    Wrong = 3,
    /// 16, 17, 19 or 20 digits: something was lost or added.
    Length = 4,
    /// Some characters are masked; the known ones stand in their places.
    Masked = 5,
    /// A spreadsheet kept only the first 15 digits; the tail is unknown.
    Truncated = 6,
    /// A spreadsheet kept only the leading digits of 3.70502E+17.
    Mantissa = 7,
}

/// An identity number in 96 bits: 18 characters in base 11 (X is 10; unknown ones are 0), leftmost most significant;
/// which positions are known; the kind.
///
/// Two numbers are the same text if and only if they are `==`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct IdNumber {
    /// The characters as one number in base 11, always of 18 places (a longer number keeps its first 18).
    pub digits: u64,
    /// Bit i: the character at position i from the left (0 to 17) is known.
    pub known: u32,
    /// What it is.
    pub kind: IdKind,
    /// Number of characters the text had.
    pub length: u8,
}

/// Sex as a record states it, or as an ID number implies it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sex {
    /// Not stated or not understood.
    #[default]
    Unknown = 0,
    /// 男
    Male = 1,
    /// 女
    Female = 2,
}
