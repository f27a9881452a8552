//! Starting weights of `person-cn`: m and u of each level where a night says too little. From rosters of invented cities
//! with the error rates that public reports name; a fitted night soon outweighs them.

use crate::link::levels::{address, identity, name, phone, sex};

/// Probabilities among pairs in which both sides have the field; by level.
#[derive(Clone, Debug)]
pub(super) struct Levels {
    pub(super) m: Vec<f64>,
    pub(super) u: Vec<f64>,
}

/// Birth date within the identity group.
pub(super) fn births() -> Levels {
    Levels {
        m: vec![0.0, 0.92, 0.015, 0.012, 0.02, 0.02, 0.004, 0.003, 0.006],
        u: vec![0.0, 4e-5, 1.2e-3, 1.5e-3, 0.012, 0.012, 0.02, 0.11, 0.84],
    }
}

/// Sex within the identity group.
pub(super) fn sexes() -> Levels {
    let mut levels = Levels { m: vec![0.0; 3], u: vec![0.0; 3] };
    (levels.m[sex::SAME as usize], levels.m[sex::DIFFERENT as usize]) = (0.992, 0.008);
    (levels.u[sex::SAME as usize], levels.u[sex::DIFFERENT as usize]) = (0.5, 0.5);
    levels
}

/// Name. The u of equal names is counted every night.
pub(super) fn names() -> Levels {
    let mut levels = Levels { m: vec![1e-4; name::COUNT], u: vec![1e-6; name::COUNT] };
    let mut set = |level: u8, m: f64, u: f64| (levels.m[level as usize], levels.u[level as usize]) = (m, u);
    set(name::MISSING, 0.0, 0.0);
    let equal = [0.02, 0.05, 0.09, 0.12, 0.14, 0.15, 0.15, 0.10, 0.06];
    for (i, m) in equal.into_iter().enumerate() {
        set(name::EXACT + i as u8, m, 2e-5 * 0.4_f64.powi(i as i32));
    }
    set(name::UNREADABLE, 8e-3, 1e-5);
    set(name::UNREADABLE_WEAK, 4e-3, 4e-4);
    set(name::HOMOPHONE, 0.015, 1.2e-5);
    set(name::HOMOPHONE_SHORT, 0.008, 1e-4);
    set(name::NEAR_HOMOPHONE, 0.004, 3e-5);
    set(name::LOOK_ALIKE, 0.006, 1e-5);
    set(name::LOOK_ALIKE_SHORT, 0.003, 6e-5);
    set(name::REORDERED, 0.004, 1e-6);
    set(name::ONE_MISSING, 0.006, 3e-5);
    set(name::ONE_DIFFERS, 0.008, 8e-4);
    set(name::SURNAME_DIFFERS, 0.003, 4e-4);
    set(name::TITLE_SURNAME, 0.006, 3e-4);
    set(name::SAME_TITLE, 1e-4, 1e-6);
    set(name::PINYIN, 0.003, 1e-5);
    set(name::LONG_NEAR, 0.003, 1e-6);
    set(name::SURNAME_ONLY, 0.004, 0.03);
    set(name::DIFFERENT, 0.004, 0.968);
    levels
}

/// Phone. The u of equal phones is counted every night.
pub(super) fn phones() -> Levels {
    let mut levels = Levels { m: vec![0.0; phone::COUNT], u: vec![0.0; phone::COUNT] };
    let mut set = |level: u8, m: f64, u: f64| (levels.m[level as usize], levels.u[level as usize]) = (m, u);
    set(phone::SAME, 0.55, 1e-7);
    set(phone::SAME_HOUSEHOLD, 0.22, 2e-6);
    set(phone::SAME_SHARED, 0.01, 1e-6);
    set(phone::SAME_MASS, 0.01, 1e-6);
    set(phone::TYPO, 1e-4, 1e-7);
    set(phone::DIFFERENT, 0.21, 1.0);
    levels
}

/// Address. The u of equal flats is counted every night.
pub(super) fn addresses() -> Levels {
    let mut levels = Levels { m: vec![0.0; address::COUNT], u: vec![0.0; address::COUNT] };
    let mut set = |level: u8, m: f64, u: f64| (levels.m[level as usize], levels.u[level as usize]) = (m, u);
    set(address::SAME_FLAT, 0.62, 6e-6);
    set(address::SAME_DORMITORY, 0.03, 1e-6);
    set(address::REGISTERED_FLAT, 0.05, 1e-6);
    set(address::SAME_BUILDING, 0.02, 3e-4);
    set(address::SAME_ESTATE, 0.03, 4e-3);
    set(address::SAME_GRID, 0.01, 2e-3);
    set(address::DIFFERENT, 0.24, 0.993);
    levels
}

/// Bits of a level that compares ID numbers, where `persons_bits` is log2 of the number of persons: the larger the city, the
/// less an agreement by chance.
pub(super) fn id_bits(level: u8, persons_bits: f64) -> f64 {
    match level {
        identity::ID_EQUAL => persons_bits + 7.0,
        identity::ID_SAME_WRONG => persons_bits + 4.0,
        identity::ID_ONE_EDIT => persons_bits - 1.0,
        l if l == identity::ID_PARTIAL => 15.0,
        l if l == identity::ID_PARTIAL + 1 => 17.0,
        l if l == identity::ID_PARTIAL + 2 => 6.0,
        l if l == identity::ID_TAIL => 12.0,
        l if l == identity::ID_TAIL + 1 => 22.0,
        l if l == identity::ID_TAIL + 2 => 2.0,
        identity::ID_DIFFERENT => -22.0,
        identity::ID_FAR => -7.0,
        _ => -7.0,
    }
}
