//! Characters that look alike.

/// Whether two characters of the basic plane are taken for each other on paper.
pub fn look_alike(_a: u16, _b: u16) -> bool {
    false
}
