//! Phones of cells, and what stands in a cell of phones or ID numbers by mistake.

use super::Repairs;
use crate::kernels::id_number::{IdKind, IdNumber, LENGTH, ParseOptions, parse_with};
use crate::kernels::phone;

/// Reads the phones of a cell. An ID number that stands there, whose check character agrees, is kept: it may be missing in
/// its own column.
pub(super) fn phones(
    raw: &str,
    options: ParseOptions,
    into: &mut Vec<u64>,
    kept: &mut IdNumber,
    repairs: &mut Repairs,
) {
    let before = into.len();
    let repair = phone::parse_all(raw, into);
    let nothing = (repair.unusable || repair.masked) && into.len() == before;
    if nothing && kept.is_none() && raw.len() >= LENGTH {
        let read = parse_with(raw, options).id;
        if read.kind == IdKind::Valid {
            *kept = read;
            return;
        }
    }
    count_phone(repair, repairs);
}

/// The mobile phone that a cell holds and nothing else, or 0.
pub(super) fn mobile(raw: &str) -> u64 {
    let mut phones = Vec::new();
    phone::parse_all(raw, &mut phones);
    match phones[..] {
        [phone] if phone::is_mobile(phone) => phone,
        _ => 0,
    }
}

fn count_phone(repair: phone::PhoneRepair, repairs: &mut Repairs) {
    for (is, kind) in [
        (repair.cleaned, "cleaned"),
        (repair.masked, "masked"),
        (repair.unusable, "unusable"),
        (repair.several, "several"),
    ] {
        if is {
            repairs.add("phone", kind);
        }
    }
}
