use super::*;
use crate::kernels::date::civil_from_days;
use proptest::prelude::*;

/// A number whose check character is by the standard's own example (GB 11643-1999, appendix).
const EXAMPLE: &str = "11010519491231002X";

fn kind(text: &str) -> IdKind {
    parse(text).id.kind
}

fn sample() -> String {
    IdNumber::from_parts(370_502, days_from_civil(1990, 1, 5), 123).text()
}

#[test]
fn the_standards_example_is_valid() {
    let id = parse(EXAMPLE).id;
    assert_eq!((id.kind, id.text().as_str()), (IdKind::Valid, EXAMPLE));
    assert_eq!(id.birth_days(), Some(days_from_civil(1949, 12, 31)));
    assert_eq!((id.region(), id.sequence(), id.sex()), (Some(110_105), Some(2), Some(Sex::Female)));
    assert_eq!(id.symbol(17), Some(X));
}

#[test]
fn notations_of_one_number_agree() {
    let id = parse(EXAMPLE).id;
    for text in [
        "11010519491231002x",
        " 11010519491231002X ",
        "110105 19491231 002X",
        "'11010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "11010519491231002*",
        "\"11010519491231002X\"",
        "110105-19491231-002X",
        "11010519491231002Ｘ",
        "身份证：11010519491231002X",
        "11010519491231002\u{200b}X",
        "=\"11010519491231002X\"",
        "11010519491231002X(本人)",
        "11010519491231002＊",
        "110,105,194,912,310,02X",
        "ID:11010519491231002X",
        "11010519491231002×",
    ] {
        assert_eq!(parse(text).id, id, "{text}");
    }
    let digits = sample();
    assert_eq!(parse(&format!("{digits}.0")).id.kind, IdKind::Valid);
}

#[test]
fn fifteen_digits_are_completed() {
    let read = parse("110105491231002");
    assert_eq!((read.id.kind, read.id.text().as_str()), (IdKind::Valid15, EXAMPLE));
    assert_eq!(read.repaired, Some(IdRepair::From15));
    assert!(read.id.same_valid(&parse(EXAMPLE).id));
    assert_eq!(kind("370502199001051"), IdKind::Truncated);
    assert_eq!(kind("370502991399999"), IdKind::Wrong);
}

#[test]
fn damage_is_told_apart() {
    for (text, expected) in [
        ("110105194912310021", IdKind::Wrong),
        ("110105194913310021", IdKind::Wrong),
        ("1101051949123100", IdKind::Length),
        ("1101051949123102X", IdKind::Length),
        ("1101051949123100222", IdKind::Length),
        ("3.70502E+17", IdKind::Mantissa),
        ("3.7050219900105E+17", IdKind::Mantissa),
        ("3.70502199001051e+17", IdKind::Truncated),
        ("370502000000000000", IdKind::Mantissa),
        ("370502199001051000", IdKind::Truncated),
        ("370502********1234", IdKind::Masked),
        ("1234", IdKind::Masked),
        ("123X", IdKind::Masked),
        ("111111111111111111", IdKind::None),
        ("000000000000000000", IdKind::None),
        ("123456789012345678", IdKind::None),
        ("无", IdKind::None),
        ("0", IdKind::None),
        ("13812345678", IdKind::None),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn masks_keep_places() {
    for (text, known) in [
        ("370502********1234", "370502********1234"),
        ("370502XXXXXXXX1234", "370502********1234"),
        ("370502xxxxxxxx123x", "370502********123X"),
        ("370502••••••••1234", "370502********1234"),
        ("370502＊＊＊＊＊＊＊＊1234", "370502********1234"),
        ("3705****1234", "3705**********1234"),
        ("3***************4", "3****************4"),
        ("370502--------1234", "370502********1234"),
        ("370502...1234", "370502********1234"),
        ("370502…1234", "370502********1234"),
        ("****1234", "**************1234"),
        ("**************123X", "**************123X"),
        ("尾号1234", "**************1234"),
        ("后六位051234", "************051234"),
        ("1234", "**************1234"),
        ("37050219900105****", "37050219900105****"),
        ("37050219900105XXXX", "37050219900105****"),
        ("370502****0105****", "370502****0105****"),
        ("370502199001**123X", "370502199001**123X"),
        ("370502????????1234", "370502********1234"),
        ("370502########1234", "370502********1234"),
    ] {
        let id = parse(text).id;
        assert_eq!((id.text().as_str(), id.kind), (known, IdKind::Masked), "{text}");
    }
}

#[test]
fn a_damaged_column_is_not_trusted() {
    let options = ParseOptions { tail000_damaged: true, ..ParseOptions::default() };
    // The check character happens to be 0.
    let lucky = (0..1000u16)
        .map(|sequence| IdNumber::from_parts(370_502, days_from_civil(1990, 1, 5) + i32::from(sequence), 100).text())
        .find(|text| text.ends_with("000"))
        .unwrap();
    assert_eq!(kind(&lucky), IdKind::Valid);
    let read = parse_with(&lucky, options).id;
    assert_eq!((read.kind, read.known), (IdKind::Truncated, (1 << 15) - 1));
}

#[test]
fn a_float_knows_what_all_numbers_near_it_begin_with() {
    for (text, known) in [
        // The number was 430211198112163812.
        ("4.302111981121638E+17", "430211198112163***"),
        ("4.302111981121638e17", "430211198112163***"),
        ("4.3021119811216384E+17", "430211198112163***"),
        ("4.3021119811216396E+17", "43021119811216****"),
        ("4.3021119811219998E+17", "430211198112******"),
        // What a spreadsheet cut off is as it was; without its tail a number is no float's.
        ("4.30211198112163E+17", "430211198112163***"),
        ("430211198112163000", "430211198112163***"),
        ("430211198112163800", "430211198112163800"),
    ] {
        assert_eq!(parse(text).id.text(), known, "{text}");
    }
    assert_eq!(kind("4.302111981121638E+17"), IdKind::Truncated);
    assert_eq!(kind("430211198112163800"), IdKind::Wrong);
    // In a column of floats a tail of zeros is rounded, too, and may have been 999.
    let options = ParseOptions { rounded: true, ..ParseOptions::default() };
    for text in ["430211198112163000", "4.30211198112163E+17"] {
        let read = parse_with(text, options).id;
        assert_eq!((read.kind, read.text().as_str()), (IdKind::Truncated, "43021119811216****"), "{text}");
    }
    let whole = sample();
    assert_eq!(parse_with(&whole, options).id, parse(&whole).id);
}

#[test]
fn other_documents_are_kept() {
    for (text, document) in [
        ("E12345678", "E12345678"),
        ("ea1234567", "EA1234567"),
        ("H12345678(01)", "H1234567801"),
        ("M12345678", "M12345678"),
        ("台胞证12345678", "12345678"),
        ("G 1234 5678", "G12345678"),
    ] {
        let read = parse(text);
        assert_eq!((read.document.as_str(), read.id.kind), (document, IdKind::None), "{text}");
    }
    assert_eq!(parse("E****5678").document, "");
}

#[test]
fn future_births_are_wrong() {
    let options = ParseOptions { latest_birth: days_from_civil(1980, 1, 1), ..ParseOptions::default() };
    assert_eq!(parse_with(&sample(), options).id.kind, IdKind::Wrong);
}

/// The standard's own formula: the weighted sum of all 18 is 1 modulo 11.
fn oracle(symbols: &[u8; 18]) -> bool {
    let mut sum = 0u32;
    for (i, &s) in symbols.iter().enumerate() {
        sum += u32::from(s) * 2u32.pow(17 - i as u32) % 11;
    }
    sum % 11 == 1
}

fn any_id() -> impl Strategy<Value = IdNumber> {
    (110_000u32..160_000, -25_000i32..18_000, 1u16..1000).prop_map(|(r, b, s)| IdNumber::from_parts(r, b, s))
}

proptest! {
    #[test]
    fn check_characters_follow_the_standard(id in any_id()) {
        prop_assert!(oracle(&id.symbols()));
        let read = parse(&id.text());
        prop_assert_eq!(read.id, id);
        let (y, m, d) = civil_from_days(id.birth_days().unwrap());
        prop_assert_eq!(id.text()[6..14].to_owned(), format!("{y:04}{m:02}{d:02}"));
    }

    #[test]
    fn one_wrong_character_and_one_swap_are_always_found(id in any_id(), at in 0usize..17, add in 1u8..10) {
        let mut symbols = id.symbols();
        symbols[at] = (symbols[at] + add) % 10;
        let text = IdNumber::pack(&symbols, ALL_KNOWN, IdKind::Wrong, 18);
        prop_assert!(!parse(&text.text()).id.valid());
        prop_assert!(id.one_edit(&text) && !id.is_adjacent_swap(&text));
        let mut symbols = id.symbols();
        prop_assume!(symbols[16] != symbols[15]);
        symbols.swap(15, 16);
        let text = IdNumber::pack(&symbols, ALL_KNOWN, IdKind::Wrong, 18);
        prop_assert!(!parse(&text.text()).id.valid());
        prop_assert!(id.is_adjacent_swap(&text) && !id.one_edit(&text));
    }

    #[test]
    fn a_lost_or_added_digit_is_seen(id in any_id(), at in 0usize..18, digit in 0u8..10) {
        let text = id.text();
        let lost: String = text.char_indices().filter(|&(i, _)| i != at).map(|(_, c)| c).collect();
        if !lost[..16].contains('X') {
            prop_assert!(id.edit_distance_le1_for_length_kinds(&parse(&lost).id), "{}", lost);
        }
        let mut added = text.clone();
        added.insert(at, char::from(b'0' + digit));
        prop_assert!(id.edit_distance_le1_for_length_kinds(&parse(&added).id), "{}", added);
    }

    #[test]
    fn differing_counts_positions(a in any_id(), b in any_id(), mask in 0u32..1 << 18) {
        let masked = IdNumber::pack(&b.symbols(), mask, IdKind::Masked, 18);
        let slow = (0..18).filter(|&i| mask >> i & 1 == 1 && a.text().as_bytes()[i] != b.text().as_bytes()[i]).count();
        prop_assert_eq!(a.differing(&masked), (slow as u32, mask.count_ones()));
    }

    #[test]
    fn what_a_float_knows_of_a_number_is_right(id in any_id()) {
        let text = id.text();
        prop_assume!(!text.ends_with('X'));
        let float = text.parse::<u64>().unwrap() as f64;
        let options = ParseOptions { rounded: true, ..ParseOptions::default() };
        for shown in [format!("{float:e}").replace('e', "e+"), format!("{float:E}"), format!("{float:.16e}")] {
            if shown.split(['e', 'E']).next().unwrap().len() < "1.23456789012345".len() {
                continue;
            }
            let read = parse_with(&shown, options).id;
            let (differing, compared) = read.differing(&id);
            prop_assert!(read.kind == IdKind::Truncated && differing == 0, "{} {}", text, shown);
            // All but the tail, unless a carry may run through it.
            let carry = |n: u64| n % 1000 < 100 || n % 1000 > 900;
            prop_assert!(compared >= 15 || carry(float as u64), "{} {}", text, shown);
        }
    }

    #[test]
    fn any_text_is_harmless(text in ".{0,40}") {
        parse(&text);
    }

    #[test]
    fn any_digits_are_harmless(text in "[0-9X*.E+ -]{0,50}") {
        let read = parse(&text);
        prop_assert_eq!(read.id.is_none(), read.id.known == 0);
    }
}

#[test]
fn a_number_is_damaged_like_another() {
    let whole = parse("370502199003121237").id;
    let whole = if whole.valid() { whole } else { IdNumber::from_parts(370_502, 7375, 123) };
    for draw in (0..200_u64).map(|i| crate::kernels::hash::key(3, &[i])) {
        let like = |text: &str| whole.damaged_like(&parse(text).id, draw);
        let masked = like("370502********1234");
        assert_eq!((masked.kind, masked.differing(&whole)), (IdKind::Masked, (0, 10)));
        let wrong = like("370502199003121230");
        assert!(wrong.kind == IdKind::Wrong && wrong.one_edit(&whole), "{wrong:?}");
        for length in ["37050219900312123", "3705021990031212345"] {
            let damaged = like(length);
            assert_eq!(damaged.kind, IdKind::Length);
            assert!(whole.edit_distance_le1_for_length_kinds(&damaged), "{damaged:?} {draw}");
        }
        assert!(like("").is_none());
    }
}
