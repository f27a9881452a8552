//! One row at a time: its values read into the columns of the records, or its text into quarantine.

use super::addresses::{Addresses, Read};
use super::cells::{Age, age, cell, is_caption, is_count, sex, trimmed, value, value_or_above};
use super::flats;
use super::json::json_string;
use super::orders::Orders;
use super::phones::{mobile, phones};
use super::places::{Answer, Places, answer};
use super::{Normalized, Normalizer};
use crate::config::{EventMapping, Mapping, PersonField};
use crate::kernels::address;
use crate::kernels::date::{parse_date_in, parse_datetime_near};
use crate::kernels::id_number::{IdKind, IdNumber, ParseOptions, Sex, parse_with};
use crate::kernels::text;
use crate::kernels::text::{NameFlags, is_missing, names_several, normalize_name, normalize_text};
use crate::tables::{BirthPrecision, NO_DATE, NO_TIME, Pool, QuarantinedRow, RawChunk, Reason, Sym, sheet_and_line};
use foldhash::fast::FixedState;
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};

/// Raw text of a quarantined row is cut here.
const RAW_BYTES_MAX: usize = 4096;
/// More of a text than this is no field of a person.
const FIELD_BYTES_MAX: usize = 2048;
const CONTENT_HASHER: FixedState = FixedState::with_seed(0x636f_6e74);
const DAY_SECS: i64 = 86_400;

/// Working space for the rows of one chunk.
pub(super) struct Reader<'a> {
    normalizer: &'a Normalizer,
    rows: &'a RawChunk,
    dump_label: &'a str,
    options: ParseOptions,
    buffer: String,
    text: String,
    phones: Vec<u64>,
    addresses: Addresses,
    extra: Vec<Sym>,
    places: Places,
    orders: Orders<'a>,
    /// The kinds of the source's events, once there is a record.
    kinds: Vec<Sym>,
    detail: String,
}

/// What is read of a row before it is known to be a person's.
struct Draft {
    record_id: Sym,
    name: Sym,
    name_flags: NameFlags,
    former_name: Sym,
    sex: Sex,
    id: IdNumber,
    document: Sym,
    birth: i32,
    birth_precision: BirthPrecision,
    age: Option<Age>,
    parts: [Sym; 6],
    columns: [Sym; 4],
    /// Building and unit that stood with the room.
    of_room: [Sym; 2],
    address: Sym,
    flat: u64,
    registered: Read,
    lives_as_registered: bool,
    grid_code: Sym,
    household_head: Sym,
    relation: Sym,
    ethnicity: Sym,
    updated_at: i64,
    /// A valid ID number that stood in a column of phones, and a mobile phone in that of ID numbers.
    displaced: (IdNumber, u64),
}

impl<'a> Reader<'a> {
    pub(super) fn new(normalizer: &'a Normalizer, rows: &'a RawChunk, dump_label: &'a str) -> Self {
        let mut reader = Self {
            normalizer,
            rows,
            dump_label,
            options: ParseOptions { latest_birth: normalizer.as_of_days, ..ParseOptions::default() },
            buffer: String::new(),
            text: String::new(),
            phones: Vec::new(),
            addresses: Addresses::default(),
            extra: Vec::new(),
            places: Places::default(),
            orders: Orders::default(),
            kinds: Vec::new(),
            detail: String::new(),
        };
        (reader.options.tail000_damaged, reader.options.rounded) = reader.is_damaged();
        reader
    }

    /// Whether more than 1 % of the chunk's whole ID numbers end in 000 (by chance it is one in a thousand or less), and
    /// whether some are written as floats of 16 or 17 digits, which no spreadsheet does that cuts numbers off.
    fn is_damaged(&self) -> (bool, bool) {
        let mapping = self.normalizer.map.iter().find(|(field, _)| *field == PersonField::IdNumber).map(|(_, m)| m);
        let Some(mapping) = mapping else { return (false, false) };
        let mut buffer = String::new();
        let (mut whole, mut tails, mut floats) = (0u64, 0u64, false);
        for at in 0..self.rows.len() {
            let text = trimmed(value(mapping, self.rows, at, &mut buffer));
            if text.len() == 18 && text.as_bytes()[..17].iter().all(u8::is_ascii_digit) {
                whole += 1;
                tails += u64::from(text.ends_with("000"));
            } else if (19..=22).contains(&text.len()) && text.as_bytes()[1] == b'.' {
                floats |= text.bytes().take_while(|b| !matches!(b, b'e' | b'E')).count() > 16;
            }
        }
        (tails >= 3 && tails * 100 > whole, floats)
    }

    /// Reads row `at` into a record or a quarantined row.
    pub(super) fn read(&mut self, at: usize, out: &mut Normalized) {
        if let Some(reason) = self.caption(at) {
            return self.quarantine(at, reason, out);
        }
        let mut draft = Draft {
            record_id: Pool::NONE,
            name: Pool::NONE,
            name_flags: NameFlags::default(),
            former_name: Pool::NONE,
            sex: Sex::Unknown,
            id: IdNumber::default(),
            document: Pool::NONE,
            birth: NO_DATE,
            birth_precision: BirthPrecision::Unknown,
            age: None,
            parts: [Pool::NONE; 6],
            columns: [Pool::NONE; 4],
            of_room: [Pool::NONE; 2],
            address: Pool::NONE,
            flat: 0,
            registered: Read::default(),
            lives_as_registered: false,
            grid_code: Pool::NONE,
            household_head: Pool::NONE,
            relation: Pool::NONE,
            ethnicity: Pool::NONE,
            updated_at: NO_TIME,
            displaced: (IdNumber::default(), 0),
        };
        self.phones.clear();
        self.extra.clear();
        self.extra.resize(out.records.extra.len(), Pool::NONE);
        let normalizer = self.normalizer;
        for (field, mapping) in &normalizer.map {
            self.field(field, mapping, at, &mut draft, out);
        }
        self.put_back(&mut draft, out);
        let known = draft.name != Pool::NONE
            || !draft.id.is_none()
            || draft.document != Pool::NONE
            || !self.phones.is_empty()
            || self.extra.iter().any(|&sym| sym != Pool::NONE);
        if !known {
            return self.quarantine(at, Reason::NoPerson, out);
        }
        self.push(at, &draft, out);
    }

    /// Takes an ID number and a phone that stood in each other's column, where their own has none.
    fn put_back(&mut self, draft: &mut Draft, out: &mut Normalized) {
        let (id, mobile) = draft.displaced;
        if !id.is_none() {
            let free = draft.id.is_none() && draft.document == Pool::NONE;
            if free {
                draft.id = id;
            }
            out.repairs.add(if free { "id_number" } else { "phone" }, if free { "displaced" } else { "unusable" });
        }
        if mobile != 0 && self.phones.is_empty() {
            self.phones.push(mobile);
            out.repairs.add("phone", "displaced");
        }
    }

    /// A total, a caption or the header once more.
    fn caption(&self, at: usize) -> Option<Reason> {
        let (mut filled, mut headings) = (0, 0);
        let mut first = "";
        let columns = self.normalizer.headings.len();
        for (column, heading) in self.normalizer.headings.iter().enumerate() {
            if filled > 3 && headings == 0 && filled > columns - column {
                // Were all that follow headings, they would still be too few.
                break;
            }
            let text = trimmed(cell(self.rows, column, at));
            if text.is_empty() {
                continue;
            }
            if filled == 0 {
                first = text;
            }
            filled += 1;
            headings += usize::from(text == heading);
        }
        let repeated = headings > 0 && headings * 2 >= filled && (headings > 1 || filled == 1);
        let caption = is_caption(first)
            || (filled <= 3
                && (0..self.normalizer.headings.len()).any(|column| {
                    is_caption(cell(self.rows, column, at)) || is_count(trimmed(cell(self.rows, column, at)))
                }));
        (repeated || caption).then_some(Reason::NotAPerson)
    }

    fn quarantine(&mut self, at: usize, reason: Reason, out: &mut Normalized) {
        let mut raw = String::new();
        for column in 0..self.rows.columns.len() {
            if column > 0 {
                raw.push('\t');
            }
            raw.push_str(cell(self.rows, column, at));
            if raw.len() > RAW_BYTES_MAX {
                break;
            }
        }
        raw.truncate(floor_boundary(&raw, RAW_BYTES_MAX));
        out.quarantined.push(QuarantinedRow {
            source: self.normalizer.source,
            file: self.rows.file,
            line: self.rows.line.get(at).copied().unwrap_or(0),
            byte: self.rows.byte.get(at).copied().unwrap_or(0),
            reason,
            raw,
        });
    }

    fn field(&mut self, field: &PersonField, mapping: &'a Mapping, at: usize, draft: &mut Draft, out: &mut Normalized) {
        let (pool, repairs) = (&mut out.records.pool, &mut out.repairs);
        if *field == PersonField::Phone {
            // Several columns of phones are several phones, whatever joins them.
            if let Mapping::Columns { columns, values, .. } = mapping
                && columns.len() > 1
                && values.is_empty()
            {
                for &column in columns {
                    let text = cell(self.rows, column, at);
                    phones(text, self.options, &mut self.phones, &mut draft.displaced.0, repairs);
                }
                return;
            }
        }
        let raw = match field {
            // What tells who somebody is nobody takes from the row above.
            PersonField::Address | PersonField::RegisteredAddress | PersonField::Estate | PersonField::GridCode => {
                value_or_above(mapping, self.rows, at, &mut self.buffer)
            }
            _ => value(mapping, self.rows, at, &mut self.buffer),
        };
        let raw = &raw[..floor_boundary(raw, FIELD_BYTES_MAX)];
        if raw.is_empty() {
            return;
        }
        let clean = &mut self.text;
        let mut plain = |raw: &str, pool: &mut Pool| {
            normalize_text(raw, clean);
            pool.intern(clean)
        };
        match field {
            // Keys are distinct: looking them up would only cost time.
            PersonField::RecordId => draft.record_id = out.records.keys.push(trimmed(raw)),
            PersonField::Name => {
                let flags = normalize_name(raw, &mut self.text);
                count_name(raw, &self.text, flags, repairs);
                draft.name_flags = flags;
                draft.name = pool.intern(&self.text);
            }
            PersonField::FormerName => {
                normalize_name(raw, &mut self.text);
                draft.former_name = pool.intern(&self.text);
            }
            PersonField::HouseholdHead => {
                normalize_name(raw, &mut self.text);
                draft.household_head = pool.intern(&self.text);
            }
            PersonField::Sex => draft.sex = sex(raw),
            PersonField::IdNumber => {
                let read = parse_with(raw, self.options);
                if let Some(repair) = read.repaired {
                    repairs.add("id_number", repair.as_str());
                }
                let kind = match read.id.kind {
                    IdKind::Wrong => "wrong",
                    IdKind::Length => "length",
                    IdKind::Masked => "masked",
                    IdKind::Truncated => "truncated",
                    IdKind::Mantissa => "mantissa",
                    _ => "",
                };
                if !kind.is_empty() {
                    repairs.add("id_number", kind);
                }
                if read.id.is_none() && read.document.is_empty() {
                    draft.displaced.1 = mobile(raw);
                }
                draft.id = read.id;
                draft.document = pool.intern(&read.document);
            }
            // The kind of document shows in the number itself.
            PersonField::IdType => {}
            PersonField::BirthDate => match parse_date_in(raw, || self.orders.told(mapping, self.rows)) {
                // 1900 is what an empty cell becomes, and nobody was born tomorrow.
                Some((days, precision)) if days >= -25_202 && days <= self.normalizer.as_of_days => {
                    if precision == BirthPrecision::Lunar {
                        repairs.add("birth_date", "lunar");
                    }
                    (draft.birth, draft.birth_precision) = (days, precision);
                }
                Some(_) => repairs.add("birth_date", "implausible"),
                None if is_missing(raw) => {}
                None => match age(raw).filter(|_| raw.contains('岁')) {
                    Some(age) => draft.age = Some(age),
                    None => repairs.add("birth_date", "unreadable"),
                },
            },
            PersonField::Age => draft.age = age(raw).or(draft.age),
            PersonField::Phone => {
                phones(raw, self.options, &mut self.phones, &mut draft.displaced.0, repairs);
            }
            PersonField::Address if address::is_as_registered(raw) => draft.lives_as_registered = true,
            PersonField::Address => {
                let read = self.addresses.read(raw, self.normalizer.city, pool);
                (draft.address, draft.parts, draft.flat) = (read.display, read.parts, read.flat);
            }
            PersonField::RegisteredAddress => {
                draft.registered = self.addresses.read(raw, self.normalizer.city, pool);
            }
            PersonField::Estate => {
                // 矿山路113号2-102 in the column of estates is an address.
                let read = raw.contains(|c: char| c.is_ascii_digit() || c == '号' || c == '组');
                let read = read.then(|| self.addresses.read(raw, self.normalizer.city, pool));
                let is_whole = |read: &Read| [1, 3, 4, 5].iter().any(|&part| read.parts[part] != Pool::NONE);
                if let Some(read) = read.filter(is_whole) {
                    draft.columns[0] = read.parts[0];
                    if draft.address == Pool::NONE {
                        (draft.address, draft.parts, draft.flat) = (read.display, read.parts, read.flat);
                    }
                } else {
                    address::estate_name(raw, &mut self.text);
                    draft.columns[0] = pool.intern(&self.text);
                }
            }
            PersonField::Room if let Some(parts) = address::flat_parts(raw) => {
                let [building, unit, room] = parts.map(|part| pool.intern(&part));
                (draft.of_room, draft.columns[3]) = ([building, unit], room);
            }
            PersonField::Building | PersonField::Unit | PersonField::Room => {
                address::part(raw, &mut self.text);
                let slot = match field {
                    PersonField::Building => 1,
                    PersonField::Unit => 2,
                    _ => 3,
                };
                draft.columns[slot] = pool.intern(&self.text);
            }
            PersonField::GridCode => {
                let code = trimmed(raw).trim_start_matches(['\'', '‘', '’', '`']);
                draft.grid_code = plain(code.strip_suffix(".0").unwrap_or(code), pool);
            }
            PersonField::Relation => draft.relation = plain(raw, pool),
            PersonField::Ethnicity => {
                normalize_text(raw, &mut self.text);
                let short = self.text.strip_suffix('族').filter(|rest| !rest.is_empty()).unwrap_or(&self.text);
                draft.ethnicity = pool.intern(short);
            }
            PersonField::UpdatedAt => {
                let order = || self.orders.told(mapping, self.rows);
                match parse_datetime_near(raw, self.normalizer.as_of_days, order) {
                    Some(secs) => draft.updated_at = secs,
                    None if is_missing(raw) => {}
                    None => repairs.add("updated_at", "unreadable"),
                }
            }
            PersonField::Other(name) => {
                let slot = out.records.extra.iter().position(|(known, _)| known == name);
                if let Some(slot) = slot {
                    self.extra[slot] = out.records.pool.intern(trimmed(raw));
                }
            }
        }
    }

    fn push(&mut self, at: usize, draft: &Draft, out: &mut Normalized) {
        let records = &mut out.records;
        let line = self.rows.line.get(at).copied().unwrap_or(0);
        let (_, line_in_sheet) = sheet_and_line(line);
        let record_id = match draft.record_id {
            Pool::NONE => {
                self.text.clear();
                let _ = match &self.rows.sheet {
                    // Rows of every sheet are numbered from 1.
                    Some(sheet) => write!(self.text, "{}[{sheet}]:{line_in_sheet}", self.dump_label),
                    None => write!(self.text, "{}:{line}", self.dump_label),
                };
                records.keys.push(&self.text)
            }
            own => own,
        };
        let (mut birth, mut precision) = (draft.birth, draft.birth_precision);
        if let (NO_DATE, Some(age)) = (birth, draft.age) {
            let reference = if draft.updated_at == NO_TIME {
                self.normalizer.as_of_days
            } else {
                draft.updated_at.div_euclid(DAY_SECS) as i32
            };
            (birth, precision) = (age.birth(reference), BirthPrecision::Age);
        }
        let own = Read { display: draft.address, parts: draft.parts, flat: draft.flat };
        let as_registered = draft.lives_as_registered && draft.address == Pool::NONE;
        let Read { display, parts, flat } = if as_registered { draft.registered } else { own };
        let [estate, building, unit, room, road, number] = parts;
        let [estate, building, unit, room] =
            flats::of_columns([estate, building, unit, room], draft.columns, draft.of_room);
        let (mut shown, mut flat) = (display, flat);
        let has_columns = draft.columns.iter().any(|&column| column != Pool::NONE);
        if has_columns {
            let get = |sym: Sym| records.pool.get(sym);
            flat = address::flat_key(get(estate), get(road), get(number), get(building), get(unit), get(room));
        }
        if shown == Pool::NONE && has_columns {
            self.text.clear();
            for (sym, word) in [(estate, ""), (building, "号楼"), (unit, "单元"), (room, "室")] {
                if let Some(part) = records.pool.get_some(sym) {
                    self.text.push_str(part);
                    self.text.push_str(word);
                }
            }
            shown = records.pool.intern(&self.text);
        }
        let row = records.source.len() as u32;
        records.source.push(self.normalizer.source);
        records.file.push(self.rows.file);
        records.line.push(line);
        records.record_id.push(record_id);
        records.content.push(self.content(at));
        records.name.push(draft.name);
        records.name_flags.push(draft.name_flags.0);
        records.former_name.push(draft.former_name);
        records.sex.push(draft.sex);
        records.id.push(draft.id);
        records.document.push(draft.document);
        records.birth.push(birth);
        records.birth_precision.push(precision);
        let phone = |i: usize| self.phones.get(i).copied().unwrap_or(0);
        records.phones.push([phone(0), phone(1)]);
        records.more_phones.extend(self.phones.iter().skip(2).map(|&phone| (row, phone)));
        records.address.push(shown);
        records.estate.push(estate);
        records.building.push(building);
        records.unit.push(unit);
        records.room.push(room);
        records.road.push(road);
        records.number.push(number);
        records.flat.push(flat);
        records.registered_address.push(draft.registered.display);
        records.registered_flat.push(draft.registered.flat);
        records.grid_code.push(draft.grid_code);
        records.household_head.push(draft.household_head);
        records.relation.push(draft.relation);
        records.ethnicity.push(draft.ethnicity);
        records.updated_at.push(draft.updated_at);
        for ((_, column), &sym) in records.extra.iter_mut().zip(&self.extra) {
            column.push(sym);
        }
        let normalizer = self.normalizer;
        if self.kinds.is_empty() {
            self.kinds.extend(normalizer.events.iter().map(|event| records.pool.intern(&event.kind)));
        }
        for (number, event) in normalizer.events.iter().enumerate() {
            self.event((event, self.kinds[number]), at, row, out);
        }
    }

    /// Hash of all values of the row.
    fn content(&self, at: usize) -> u64 {
        let mut hasher = CONTENT_HASHER.build_hasher();
        for column in 0..self.rows.columns.len() {
            hasher.write(cell(self.rows, column, at).as_bytes());
            hasher.write_u8(0xff);
        }
        hasher.finish()
    }

    fn event(&mut self, (event, kind): (&'a EventMapping, Sym), at: usize, row: u32, out: &mut Normalized) {
        let records = &mut out.records;
        let rows = self.rows;
        let (buffer, text) = (&mut self.buffer, &mut self.text);
        // The text of one mapping, clean; empty where there is none.
        let mut read = |mapping: &Option<Mapping>, text: &mut String| match mapping {
            Some(mapping) => normalize_text(value_or_above(mapping, rows, at, buffer), text),
            None => text.clear(),
        };
        read(&event.at, text);
        let today = self.normalizer.as_of_days;
        let order = || event.at.as_ref().and_then(|mapping| self.orders.told(mapping, rows));
        let time = if text.is_empty() { None } else { parse_datetime_near(text, today, order) };
        if time.is_none() && !is_missing(text) {
            out.repairs.add("event_at", "unreadable");
        }
        // 2022-02-30 says that something happened, 未采样 that nothing did.
        let time_given = time.is_some() || !is_missing(text) && text.contains(|c: char| c.is_ascii_digit());
        read(&event.place_code, text);
        let code_given = !is_missing(text);
        let code = if code_given { records.pool.intern(text.strip_suffix(".0").unwrap_or(text)) } else { Pool::NONE };
        read(&event.place, text);
        let place = match answer(text, &self.normalizer.origins) {
            Answer::Nowhere if event.kind == "arrival" && !code_given => return,
            Answer::Place => records.pool.intern(text),
            _ => Pool::NONE,
        };
        let mapped = event.at.is_some() || event.place_code.is_some() || event.place.is_some();
        let told = !mapped || time_given || code_given || place != Pool::NONE;
        if !told && event.kind != "test" {
            return;
        }
        self.detail.clear();
        for (key, mapping) in &event.detail {
            let raw = value(mapping, rows, at, &mut self.buffer);
            text::normalize_text(raw, &mut self.text);
            if !self.text.is_empty() {
                self.detail.push(if self.detail.is_empty() { '{' } else { ',' });
                json_string(key, &mut self.detail);
                self.detail.push(':');
                json_string(&self.text, &mut self.detail);
            }
        }
        // A positive result is one whenever it was; any other says nothing without its time.
        if !told && (!self.detail.contains("阳性") || self.detail.contains("非阳性")) {
            return;
        }
        let detail = if self.detail.is_empty() {
            Pool::NONE
        } else {
            self.detail.push('}');
            records.pool.intern(&self.detail)
        };
        // Whoever came from 苏州、上海 was in both, and either may be the key region: an arrival for each. Nothing else happens
        // twice because its text names two places; the last one is the newest.
        let (place_codes, place_name) =
            self.places.look_up(code, place, code_given, &self.normalizer.origins, &mut records.pool);
        let from = if event.kind == "arrival" { 0 } else { place_codes.len().saturating_sub(1) };
        for &place_code in &place_codes[from..] {
            records.events.push(row, kind);
            let last = records.events.len() - 1;
            records.events.at[last] = time.unwrap_or(NO_TIME);
            records.events.place_code[last] = place_code;
            records.events.place[last] = *place_name;
            records.events.detail[last] = detail;
        }
    }
}

fn count_name(raw: &str, clean: &str, flags: NameFlags, repairs: &mut super::Repairs) {
    if clean != raw {
        repairs.add("name", if clean.is_empty() { "placeholder" } else { "cleaned" });
        if names_several(raw) {
            repairs.add("name", "several");
        }
    }
    if flags.is_title() {
        repairs.add("name", "title");
    }
    if flags.is_unreadable() {
        repairs.add("name", "unreadable");
    }
}

/// The largest index up to `max` where `text` may be cut.
fn floor_boundary(text: &str, max: usize) -> usize {
    if text.len() <= max {
        return text.len();
    }
    (0..=max).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
