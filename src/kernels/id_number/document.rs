//! Numbers of passports and travel permits: letters and digits that no check character confirms.

/// Fewest and most characters of such a number.
const CHARS: std::ops::RangeInclusive<usize> = 6..=12;
/// One more than there are letters and digits.
const BASE: u64 = 37;

/// A number of upper-case letters and digits in 64 bits, equal only for equal numbers; 0 if it cannot be told from something
/// else: a number without a letter may be a birth date, a phone or a part of an ID number, but for nine digits, which are how
/// many countries number passports. The last two digits of a Hong Kong or Macao permit (H or M and ten digits) count its
/// renewals and are left out.
pub fn pack(document: &str) -> u64 {
    let bytes = document.as_bytes();
    let permit =
        matches!(bytes, [b'H' | b'M', digits @ ..] if digits.len() == 10 && digits.iter().all(u8::is_ascii_digit));
    let bytes = if permit { &bytes[..9] } else { bytes };
    let lettered = bytes.iter().any(u8::is_ascii_uppercase) && bytes.iter().any(u8::is_ascii_digit);
    if !(lettered || is_nine_digits(bytes)) || !CHARS.contains(&bytes.len()) {
        return 0;
    }
    bytes.iter().try_fold(0, |packed, &byte| Some(packed * BASE + place(byte)?)).unwrap_or(0)
}

/// Nine digits that nobody makes up (no 123456789, no 000000000) and that are not the beginning of an ID number, which has the
/// year of birth in that place.
fn is_nine_digits(bytes: &[u8]) -> bool {
    if matches!(bytes.get(6..8), Some(b"19" | b"20")) {
        return false;
    }
    let steps = || bytes.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    let first = steps().next();
    bytes.len() == 9 && bytes.iter().all(u8::is_ascii_digit) && steps().any(|step| Some(step) != first)
}

/// Whether two packed numbers, neither of them 0, are one document's. `None` if that cannot be told: they are of different
/// forms (a person may have a passport and a permit), or a typing error turns one into the other, as it does with passports
/// that a family was given one after the other. Symmetric.
pub fn same(a: u64, b: u64) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    let ((a, len), (b, other_len)) = (unpack(a), unpack(b));
    let is_digit = |place: u8| place <= 10;
    if len != other_len || a.iter().zip(b).any(|(&x, y)| is_digit(x) != is_digit(y)) {
        return None;
    }
    let mut differing = (0..len).filter(|&i| a[i] != b[i]);
    match (differing.next(), differing.next(), differing.next()) {
        (_, None, _) => None,
        (Some(i), Some(j), None) if j == i + 1 && a[i] == b[j] && a[j] == b[i] => None,
        _ => Some(false),
    }
}

/// The characters of a packed number by their places, and how many there are.
fn unpack(mut packed: u64) -> ([u8; *CHARS.end()], usize) {
    let (mut places, mut len) = ([0; *CHARS.end()], 0);
    while packed > 0 && len < places.len() {
        places[len] = (packed % BASE) as u8;
        packed /= BASE;
        len += 1;
    }
    places[..len].reverse();
    (places, len)
}

/// Digits from 1 on, then letters.
fn place(byte: u8) -> Option<u64> {
    match byte {
        b'0'..=b'9' => Some(u64::from(byte - b'0') + 1),
        b'A'..=b'Z' => Some(u64::from(byte - b'A') + 11),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn documents_are_one_are_two_or_tell_nothing() {
        for (a, b, expected) in [
            ("E12345678", "E12345678", Some(true)),
            ("H1234567801", "H1234567802", Some(true)),
            ("H1234567801", "H12345678", Some(true)),
            ("E12345678", "E12345679", None),
            ("E12345678", "E12354678", None),
            ("E12345678", "E1234567", None),
            ("E12345678", "2345678E1", None),
            ("EO1234567", "E01234567", None),
            ("E12345678", "AB123456", None),
            ("E12345678", "E12344679", Some(false)),
            ("E12345678", "H8765432101", Some(false)),
            ("789358942", "789358942", Some(true)),
            ("756063439", "734692447", Some(false)),
            ("789358942", "E12345678", None),
        ] {
            let (x, y) = (pack(a), pack(b));
            assert!(x != 0 && y != 0);
            assert_eq!((same(x, y), same(y, x)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn what_may_be_something_else_is_no_document() {
        for text in [
            "",
            "19900105",
            "370502199",
            "370502200",
            "123456789",
            "111111111",
            "987654321",
            "ABCDEFGH",
            "E1234",
            "E123456789012",
            "e12345678",
            "E1234-678",
        ] {
            assert_eq!(pack(text), 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn packed_numbers_are_equal_only_for_equal_texts(a in "[A-G][A-C0-2]{5,9}", b in "[A-G][A-C0-2]{5,9}") {
            let lettered = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
            prop_assert_eq!(pack(&a) != 0, lettered(&a));
            prop_assume!(lettered(&a) && lettered(&b));
            prop_assert_eq!(pack(&a) == pack(&b), a == b);
            let (places, len) = unpack(pack(&a));
            prop_assert_eq!(&places[..len], &a.bytes().filter_map(place).map(|place| place as u8).collect::<Vec<_>>()[..]);
        }
    }
}
