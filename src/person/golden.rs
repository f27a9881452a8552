//! The golden record: which record's value stands for the person, field by field.

use crate::config::{Agency, RETURNS_SOURCE, Source};
use crate::kernels::id_number::{IdKind, IdNumber};
use crate::kernels::prefetch::prefetch;
use crate::kernels::text::NameFlags;
use crate::tables::{BirthPrecision, NO_DATE, NO_ROW, Persons, Pool, Records, Sex, Sym, conflict};
use hashbrown::HashSet;

/// Values of one person.
pub(super) struct Golden {
    name_row: u32,
    sex: (Sex, u32),
    id: (IdNumber, u32),
    birth: (i32, u32),
    phones: Vec<u64>,
    phone_row: u32,
    registered_row: u32,
    ethnicity_row: u32,
    conflicts: u8,
}

impl Golden {
    pub(super) fn push_to(self, persons: &mut Persons) {
        persons.name_row.push(self.name_row);
        persons.sex.push(self.sex.0);
        persons.sex_row.push(self.sex.1);
        persons.id_number.push(self.id.0);
        persons.id_number_row.push(self.id.1);
        persons.birth.push(self.birth.0);
        persons.birth_row.push(self.birth.1);
        persons.phones.extend(self.phones);
        persons.phone_starts.push(persons.phones.len() as u32);
        persons.phone_row.push(self.phone_row);
        persons.registered_row.push(self.registered_row);
        persons.ethnicity_row.push(self.ethnicity_row);
        persons.conflicts.push(self.conflicts);
    }
}

/// Votes by value: (value, votes, newest, row of the best vote), reused from person to person.
#[derive(Default)]
pub(super) struct Scratch {
    votes: Vec<Vote>,
}

#[derive(Clone, Copy)]
struct Vote {
    value: u64,
    weight: u32,
    best: (u32, i64),
    row: u32,
}

impl Scratch {
    fn clear(&mut self) {
        self.votes.clear();
    }

    fn add(&mut self, value: u64, weight: u32, updated_at: i64, row: u32) {
        let rank = (weight, updated_at);
        match self.votes.iter_mut().find(|vote| vote.value == value) {
            Some(vote) => {
                vote.weight += weight;
                if rank > vote.best {
                    (vote.best, vote.row) = (rank, row);
                }
            }
            None => self.votes.push(Vote { value, weight, best: rank, row }),
        }
    }

    /// The winner: most votes, then the best single vote, then the first row.
    fn winner(&self) -> Option<&Vote> {
        self.votes.iter().max_by_key(|vote| (vote.weight, vote.best, std::cmp::Reverse(vote.row)))
    }
}

/// How far an agency is trusted for what stands in registers.
fn register_trust(agency: Agency) -> u32 {
    match agency {
        Agency::Police => 4,
        Agency::Health => 3,
        Agency::Own => 2,
        Agency::Community => 1,
    }
}

macro_rules! columns {
    ($($column:ident: $of:ty),*) => {
        /// What is read of records, as slices: a column asks itself at every value where it stands.
        pub(super) struct Columns<'a> {
            $($column: &'a [$of],)*
            more_phones: &'a [(u32, u64)],
            /// Read only of those who have no ID number.
            document: &'a [Sym],
            /// Number of the source of filled-in lists.
            returns: Option<u16>,
        }

        impl<'a> Columns<'a> {
            pub(super) fn of(r: &'a Records, sources: &[Source]) -> Self {
                let returns = sources.iter().position(|source| source.name == RETURNS_SOURCE);
                let returns = returns.map(|number| number as u16);
                Self { $($column: &r.$column,)* more_phones: &r.more_phones, document: &r.document, returns }
            }

            /// Asks for the memory of a record.
            pub(super) fn expect(&self, row: usize) {
                $(prefetch(self.$column, row);)*
            }
        }
    };
}

columns!(
    source: u16,
    id: IdNumber,
    name: Sym,
    name_flags: u8,
    sex: Sex,
    birth: i32,
    birth_precision: BirthPrecision,
    phones: [u64; 2],
    registered_address: Sym,
    ethnicity: Sym,
    grid_code: Sym,
    updated_at: i64
);

/// Chooses the values of one person from its records `rows`; grid codes among `beside` contradict no other.
pub(super) fn choose(
    r: &Columns<'_>,
    rows: &[u32],
    sources: &[Source],
    beside: &HashSet<Sym>,
    scratch: &mut Scratch,
) -> Golden {
    let agency = |row: usize| sources[r.source[row] as usize].agency;
    let mut conflicts = 0;

    scratch.clear();
    for &row in rows {
        let i = row as usize;
        if matches!(r.id[i].kind, IdKind::Valid | IdKind::Valid15) {
            scratch.add(r.id[i].digits, register_trust(agency(i)), r.updated_at[i], row);
        }
    }
    conflicts |= if scratch.votes.len() > 1 { conflict::ID_NUMBER } else { 0 };
    let id = match scratch.winner() {
        Some(vote) => (r.id[vote.row as usize], vote.row),
        None => (IdNumber::default(), document_row(r, rows, scratch, &agency)),
    };

    scratch.clear();
    for &row in rows {
        let i = row as usize;
        if r.name[i] != Pool::NONE {
            let flags = NameFlags(r.name_flags[i]);
            // A whole name outvotes any number of titles and damaged names.
            let whole = if flags.has(NameFlags::TITLE | NameFlags::UNREADABLE | NameFlags::LATIN | NameFlags::SHORT) {
                1
            } else {
                1000
            };
            scratch.add(r.name[i].into(), whole * register_trust(agency(i)), r.updated_at[i], row);
        }
    }
    conflicts |= if scratch.votes.iter().filter(|vote| vote.weight >= 1000).count() > 1 { conflict::NAME } else { 0 };
    let name_row = scratch.winner().map_or(NO_ROW, |vote| vote.row);

    let (sex, sex_conflict) = choose_sex(r, rows, id, scratch, &agency);
    let (birth, birth_conflict) = choose_birth(r, rows, id, scratch, &agency);
    conflicts |= sex_conflict | birth_conflict;

    scratch.clear();
    for &row in rows {
        let i = row as usize;
        for phone in r.phones[i].into_iter().filter(|&phone| phone != 0) {
            scratch.add(phone, 1 + u32::from(agency(i) == Agency::Own), r.updated_at[i], row);
        }
        let from = r.more_phones.partition_point(|&(at, _)| at < row);
        for &(_, phone) in r.more_phones[from..].iter().take_while(|&&(at, _)| at == row) {
            scratch.add(phone, 1, r.updated_at[i], row);
        }
    }
    scratch.votes.sort_by_key(|vote| std::cmp::Reverse((vote.weight, vote.best, std::cmp::Reverse(vote.row))));
    let phones: Vec<u64> = scratch.votes.iter().map(|vote| vote.value).collect();
    let phone_row = scratch.votes.first().map_or(NO_ROW, |vote| vote.row);

    let best = |present: &dyn Fn(usize) -> Option<u32>| {
        rows.iter()
            .filter_map(|&row| {
                present(row as usize).map(|rank| (rank, r.updated_at[row as usize], std::cmp::Reverse(row)))
            })
            .max()
            .map_or(NO_ROW, |(_, _, std::cmp::Reverse(row))| row)
    };
    let registered_row = best(&|i| (r.registered_address[i] != Pool::NONE).then(|| register_trust(agency(i))));
    let ethnicity_row = best(&|i| (r.ethnicity[i] != Pool::NONE).then(|| register_trust(agency(i))));

    let lived_in = |row: &usize| r.grid_code[*row] != Pool::NONE && !beside.contains(&r.grid_code[*row]);
    // What a worker found out at the door settles what was said before: who was handed over is not asked for again.
    let at_the_door = |row: &usize| Some(r.source[*row]) == r.returns;
    let stated = || rows.iter().map(|&row| row as usize).filter(lived_in);
    let settled = r.returns.and_then(|_| stated().filter(at_the_door).map(|row| r.updated_at[row]).max());
    let mut grids =
        stated().filter(|&row| settled.is_none_or(|at| r.updated_at[row] >= at)).map(|row| r.grid_code[row]);
    if let Some(first) = grids.next() {
        conflicts |= if grids.any(|grid| grid != first) { conflict::GRID } else { 0 };
    }
    Golden { name_row, sex, id, birth, phones, phone_row, registered_row, ethnicity_row, conflicts }
}

/// The record with the best number of a passport or travel permit.
fn document_row(r: &Columns<'_>, rows: &[u32], scratch: &mut Scratch, agency: &impl Fn(usize) -> Agency) -> u32 {
    for &row in rows {
        let i = row as usize;
        if r.document[i] != Pool::NONE {
            scratch.add(r.document[i].into(), register_trust(agency(i)), r.updated_at[i], row);
        }
    }
    scratch.winner().map_or(NO_ROW, |vote| vote.row)
}

fn choose_sex(
    r: &Columns<'_>,
    rows: &[u32],
    id: (IdNumber, u32),
    scratch: &mut Scratch,
    agency: &impl Fn(usize) -> Agency,
) -> ((Sex, u32), u8) {
    scratch.clear();
    for &row in rows {
        let i = row as usize;
        if r.sex[i] != Sex::Unknown {
            scratch.add(r.sex[i] as u64, register_trust(agency(i)), r.updated_at[i], row);
        }
    }
    let implied = id.0.sex().unwrap_or_default();
    let stated =
        scratch.winner().map(|vote| (if vote.value == Sex::Male as u64 { Sex::Male } else { Sex::Female }, vote.row));
    let against = |sex: Sex| scratch.votes.iter().any(|vote| vote.value != sex as u64);
    let chosen = if implied == Sex::Unknown { stated.unwrap_or((Sex::Unknown, NO_ROW)) } else { (implied, id.1) };
    let conflict = if chosen.0 != Sex::Unknown && against(chosen.0) { conflict::SEX } else { 0 };
    (chosen, conflict)
}

fn choose_birth(
    r: &Columns<'_>,
    rows: &[u32],
    id: (IdNumber, u32),
    scratch: &mut Scratch,
    agency: &impl Fn(usize) -> Agency,
) -> ((i32, u32), u8) {
    scratch.clear();
    for &row in rows {
        let i = row as usize;
        if r.birth[i] != NO_DATE {
            let exact = match r.birth_precision[i] {
                BirthPrecision::Day => 1000,
                BirthPrecision::Lunar => 100,
                BirthPrecision::Month => 10,
                _ => 1,
            };
            scratch.add(r.birth[i] as u32 as u64, exact * register_trust(agency(i)), r.updated_at[i], row);
        }
    }
    let stated = scratch.winner().map(|vote| (vote.value as u32 as i32, vote.row));
    let chosen = match id.0.birth_days() {
        Some(implied) => (implied, id.1),
        None => stated.unwrap_or((NO_DATE, NO_ROW)),
    };
    let against = scratch.votes.iter().any(|vote| vote.weight >= 1000 && vote.value as u32 as i32 != chosen.0);
    (chosen, if against { conflict::BIRTH_DATE } else { 0 })
}
