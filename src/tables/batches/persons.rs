//! `persons/`: one row per person, the golden record and where each value came from.

use super::text::{PersonIds, Repeated, ascii, id_text, lists, phone_text, symbols};
use super::{Batches, column};
use crate::kernels::address::Address;
use crate::kernels::id_number::IdKind;
use crate::tables::published::{PERSONS, schema};
use crate::tables::{GridBy, NO_DATE, NO_ROW, Persons, Pool, Records, Residence, Sex, Sym, conflict};
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, StringViewBuilder};
use std::ops::Range;
use std::sync::Arc;

/// The persons table, in the order of `persons`. `source_names` and `agencies` are by number of the source;
/// an agency without a name is none.
pub fn persons<'a>(
    records: &'a Records,
    persons: &'a Persons,
    residence: &'a Residence,
    source_names: &'a [String],
    agencies: &[&'static str],
) -> Batches<'a> {
    let view = Arc::new(View {
        records,
        persons,
        residence,
        ids: PersonIds::new(&persons.id),
        sources: Sources::new(source_names),
        agencies: Sources::new(agencies),
    });
    Batches::by_column(
        schema(PERSONS),
        persons.len(),
        vec![
            column!(view, |rows| view.ids.column(rows.start as u32..rows.end as u32)),
            column!(view, |rows| view.text(&view.persons.name_row[rows.clone()], &view.records.name)),
            column!(view, |rows| view.sex(rows)),
            column!(view, |rows| view.id_numbers(rows)),
            column!(view, |rows| view.documents(rows)),
            column!(view, |rows| view.births(rows)),
            column!(view, |rows| view.phones(rows)),
            column!(view, |rows| view.text(&view.residence.address_row[rows.clone()], &view.records.address)),
            column!(view, |rows| view
                .text(&view.persons.registered_row[rows.clone()], &view.records.registered_address)),
            column!(view, |rows| view.text(&view.persons.ethnicity_row[rows.clone()], &view.records.ethnicity)),
            column!(view, |rows| symbols(&view.residence.codes, &view.residence.grid[rows.clone()])),
            column!(view, |rows| view.grid_by(rows)),
            column!(view, |rows| symbols(&view.residence.codes, &view.residence.dedicated[rows.clone()])),
            column!(view, |rows| view.lists_of(&view.sources, rows)),
            column!(view, |rows| view.lists_of(&view.agencies, rows)),
            column!(view, |rows| {
                Arc::new(Int64Array::from_iter_values(rows.clone().map(|p| view.persons.rows(p).len() as i64)))
            }),
            column!(view, |rows| view.conflicts(rows)),
            column!(view, |rows| view.source_of(&view.persons.name_row[rows.clone()], |_, _| false)),
            column!(view, |rows| view.source_of(&view.persons.sex_row[rows.clone()], |i, row| {
                view.records.sex[row] != view.persons.sex[rows.start + i]
            })),
            column!(view, |rows| view.source_of(&view.persons.id_number_row[rows.clone()], |_, _| false)),
            column!(view, |rows| view.source_of(&view.persons.birth_row[rows.clone()], |i, row| {
                view.records.birth[row] != view.persons.birth[rows.start + i]
            })),
            column!(view, |rows| view.source_of(&view.persons.phone_row[rows.clone()], |_, _| false)),
            column!(view, |rows| view.source_of(&view.residence.address_row[rows.clone()], |_, _| false)),
            column!(view, |rows| view.households(rows)),
            column!(view, |rows| Arc::new(rows.clone().map(|p| view.lives_elsewhere(p)).collect::<BooleanArray>())),
        ],
    )
}

/// Names of the sources, or of their agencies, once in order of number with `id_number` behind them, once sorted.
struct Sources {
    words: Vec<String>,
    sorted: Vec<String>,
    /// Place in `sorted` of each source.
    rank: Vec<usize>,
}

impl Sources {
    fn new<S: AsRef<str>>(names: &[S]) -> Self {
        let mut words: Vec<String> = names.iter().map(|name| name.as_ref().to_owned()).collect();
        let mut sorted = words.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let rank = words.iter().map(|name| sorted.partition_point(|other| other < name)).collect();
        words.push("id_number".to_owned());
        Self { words, sorted, rank }
    }
}

struct View<'a> {
    records: &'a Records,
    persons: &'a Persons,
    residence: &'a Residence,
    ids: PersonIds,
    sources: Sources,
    agencies: Sources,
}

impl View<'_> {
    /// The value that `column` has in each of `from`; null for [`NO_ROW`].
    fn text(&self, from: &[u32], column: &[Sym]) -> ArrayRef {
        let sym = |&row: &u32| if row == NO_ROW { Pool::NONE } else { column[row as usize] };
        symbols(&self.records.pool, &from.iter().map(sym).collect::<Vec<_>>())
    }

    /// The source of each row of `from`; `id_number` where `implied` says that the record only implies the value.
    fn source_of(&self, from: &[u32], implied: impl Fn(usize, usize) -> bool) -> ArrayRef {
        let mut column = Repeated::new(&self.sources.words, from.len());
        for (i, &row) in from.iter().enumerate() {
            column.push_some((row != NO_ROW).then(|| {
                let implied = implied(i, row as usize);
                if implied { self.sources.rank.len() } else { self.records.source[row as usize] as usize }
            }));
        }
        column.finish()
    }

    /// Hash of the flat in which a person lives; 0 where that is not known.
    fn flat(&self, p: usize) -> u64 {
        self.residence.flat[p]
    }

    fn households(&self, rows: &Range<usize>) -> ArrayRef {
        let hex = |digit: u8| b"0123456789abcdef"[usize::from(digit)];
        let mut column = StringViewBuilder::with_capacity(rows.len());
        for p in rows.clone() {
            match self.flat(p) {
                0 => column.append_null(),
                flat => {
                    let digits = flat.to_be_bytes().map(|byte| [byte >> 4, byte & 15].map(hex));
                    column.append_value(ascii(digits.as_flattened()));
                }
            }
        }
        Arc::new(column.finish())
    }

    fn lives_elsewhere(&self, p: usize) -> Option<bool> {
        let registered = match self.persons.registered_row[p] {
            NO_ROW => return None,
            row => row as usize,
        };
        let (flat, of_register) = (self.flat(p), self.records.registered_flat[registered]);
        if flat != 0 && of_register != 0 {
            return Some(flat != of_register);
        }
        // Two texts that are the same say so even where they name no flat.
        let of_register = self.records.registered_address[registered];
        let address = match self.residence.address_row[p] {
            NO_ROW => Pool::NONE,
            row => self.records.address[row as usize],
        };
        if address != Pool::NONE && address == of_register {
            return Some(false);
        }
        // Nor does who is registered in another province need a flat there, to live elsewhere.
        let lives_here = if self.residence.grid[p] == Pool::NONE { self.is_here(address) } else { Some(true) };
        (lives_here? != self.is_here(of_register)?).then_some(true)
    }

    /// Whether an address lies in the city; `None` if that is not known.
    fn is_here(&self, address: Sym) -> Option<bool> {
        let (city, mut read) = (self.residence.city?, Address::default());
        read.parse(self.records.pool.get(address));
        if read.is_elsewhere(city) { Some(false) } else { read.is_in(Some(city)).then_some(true) }
    }

    fn births(&self, rows: &Range<usize>) -> ArrayRef {
        let birth = self.persons.birth[rows.clone()].iter().map(|&birth| (birth != NO_DATE).then_some(birth));
        Arc::new(birth.collect::<Date32Array>())
    }

    fn sex(&self, rows: &Range<usize>) -> ArrayRef {
        let mut column = Repeated::new(&["male", "female"], rows.len());
        for sex in &self.persons.sex[rows.clone()] {
            column.push_some(match sex {
                Sex::Unknown => None,
                Sex::Male => Some(0),
                Sex::Female => Some(1),
            });
        }
        column.finish()
    }

    fn id_numbers(&self, rows: &Range<usize>) -> ArrayRef {
        let mut column = StringViewBuilder::with_capacity(rows.len());
        for &id in &self.persons.id_number[rows.clone()] {
            match id.kind {
                IdKind::Valid | IdKind::Valid15 => column.append_value(ascii(&id_text(id))),
                _ => column.append_null(),
            }
        }
        Arc::new(column.finish())
    }

    fn documents(&self, rows: &Range<usize>) -> ArrayRef {
        let without =
            |p: usize| if self.persons.id_number[p].is_none() { self.persons.id_number_row[p] } else { NO_ROW };
        self.text(&rows.clone().map(without).collect::<Vec<_>>(), &self.records.document)
    }

    fn phones(&self, rows: &Range<usize>) -> ArrayRef {
        let mut column = StringViewBuilder::with_capacity(rows.len());
        let mut lengths = Vec::with_capacity(rows.len());
        for p in rows.clone() {
            let phones = self.persons.phones(p);
            lengths.push(phones.len());
            for &phone in phones {
                column.append_value(phone_text(phone, &mut [0; 24]));
            }
        }
        lists(column.finish(), &lengths)
    }

    fn grid_by(&self, rows: &Range<usize>) -> ArrayRef {
        const BY: [GridBy; 6] =
            [GridBy::GridCode, GridBy::Flat, GridBy::Road, GridBy::Estate, GridBy::Household, GridBy::Registered];
        let mut column = Repeated::new(&BY.map(|by| by.as_str().unwrap_or_default()), rows.len());
        for &by in &self.residence.by[rows.clone()] {
            column.push_some((by as usize).checked_sub(1));
        }
        column.finish()
    }

    /// What of `sources` knows each person, sorted.
    fn lists_of(&self, sources: &Sources, rows: &Range<usize>) -> ArrayRef {
        let mut column = Repeated::new(&sources.sorted, rows.len());
        let mut lengths = Vec::with_capacity(rows.len());
        let mut ranks = Vec::new();
        for p in rows.clone() {
            ranks.clear();
            ranks.extend(
                self.persons.rows(p).iter().map(|&row| sources.rank[self.records.source[row as usize] as usize]),
            );
            ranks.sort_unstable();
            ranks.dedup();
            ranks.retain(|&rank| !sources.sorted[rank].is_empty());
            lengths.push(ranks.len());
            for &rank in &ranks {
                column.push(rank);
            }
        }
        column.finish_lists(&lengths)
    }

    fn conflicts(&self, rows: &Range<usize>) -> ArrayRef {
        let names: Vec<&str> = conflict::NAMES.iter().map(|(_, name)| *name).collect();
        let mut column = Repeated::new(&names, rows.len());
        let mut lengths = Vec::with_capacity(rows.len());
        for &bits in &self.persons.conflicts[rows.clone()] {
            lengths.push(bits.count_ones() as usize);
            for (i, (bit, _)) in conflict::NAMES.iter().enumerate() {
                if bits & bit != 0 {
                    column.push(i);
                }
            }
        }
        column.finish_lists(&lengths)
    }
}
