//! Columns of text: builders that copy a repeated string once.

#![allow(unsafe_code, reason = "arrays of views that were valid when they were made are not read again to see that")]

use crate::kernels::id_number::IdNumber;
use crate::tables::{PersonId, Pool, Sym};
use arrow::array::builder::NullBufferBuilder;
use arrow::array::{ArrayRef, ListArray, MAX_INLINE_VIEW_LEN, StringViewArray, make_view};
use arrow::buffer::{Buffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;

/// A column of text made of views: each text stands once in a block, and a row is only a view of it.
pub(super) struct Views {
    views: Vec<u128>,
    nulls: NullBufferBuilder,
}

impl Views {
    fn with_capacity(rows: usize) -> Self {
        Self { views: Vec::with_capacity(rows), nulls: NullBufferBuilder::new(rows) }
    }

    fn push(&mut self, view: u128) {
        self.views.push(view);
        self.nulls.append_non_null();
    }

    fn push_null(&mut self) {
        self.views.push(0);
        self.nulls.append_null();
    }

    /// The column; `blocks` are the texts that the views were made of.
    fn finish(mut self, blocks: Vec<Buffer>) -> StringViewArray {
        let nulls = self.nulls.finish();
        if cfg!(debug_assertions) {
            return StringViewArray::try_new(self.views.into(), blocks, nulls).expect("views are of their blocks");
        }
        // SAFETY: every view was made by `make_view` of a whole `str` that stands at the place it names in `blocks`, in
        // this file. The array would read every text once more to find that out, which costs more than making it.
        unsafe { StringViewArray::new_unchecked(self.views.into(), blocks.into(), nulls) }
    }
}

/// A column of text that repeats a few strings: they stand once, and a row is only a view of one.
pub(super) struct Repeated {
    column: Views,
    block: Buffer,
    words: Vec<u128>,
}

impl Repeated {
    pub(super) fn new<S: AsRef<str>>(words: &[S], rows: usize) -> Self {
        let mut block = Vec::new();
        let mut place = |word: &S| {
            let view = make_view(word.as_ref().as_bytes(), 0, block.len() as u32);
            block.extend_from_slice(word.as_ref().as_bytes());
            view
        };
        let words = words.iter().map(&mut place).collect();
        Self { column: Views::with_capacity(rows), block: Buffer::from_vec(block), words }
    }

    /// Adds word `i`; null where there is no such word.
    pub(super) fn push(&mut self, i: usize) {
        match self.words.get(i) {
            Some(&view) => self.column.push(view),
            None => self.column.push_null(),
        }
    }

    pub(super) fn push_some(&mut self, i: Option<usize>) {
        self.push(i.unwrap_or(usize::MAX));
    }

    fn array(self) -> StringViewArray {
        self.column.finish(vec![self.block])
    }

    pub(super) fn finish(self) -> ArrayRef {
        Arc::new(self.array())
    }

    /// Finishes a column of lists; `lengths` is the number of words of each row.
    pub(super) fn finish_lists(self, lengths: &[usize]) -> ArrayRef {
        lists(self.array(), lengths)
    }
}

/// The texts that views are made of.
struct Blocks(Vec<Vec<u8>>);

/// Bytes of the texts of one block of a column.
const BLOCK_BYTES_MAX: usize = 1 << 30;

impl Blocks {
    fn new() -> Self {
        Self(vec![Vec::new()])
    }

    /// A view of `text`, which stands in a block from now on unless it is so short that the view holds it.
    fn view(&mut self, text: &str) -> u128 {
        let text = text.as_bytes();
        if text.len() <= MAX_INLINE_VIEW_LEN as usize {
            return make_view(text, 0, 0);
        }
        // A place is told in 32 bits, and texts of a bad file may be large.
        if self.0.last().is_none_or(|block| block.len() + text.len() > BLOCK_BYTES_MAX) {
            self.0.push(Vec::new());
        }
        let last = self.0.len() - 1;
        let view = make_view(text, last as u32, self.0[last].len() as u32);
        self.0[last].extend_from_slice(text);
        view
    }

    fn finish(self) -> Vec<Buffer> {
        self.0.into_iter().map(Buffer::from_vec).collect()
    }
}

/// The texts of `syms`; null where there is none.
pub(super) fn symbols(pool: &Pool, syms: &[Sym]) -> ArrayRef {
    // Only the missing value is empty.
    texts(pool, syms, true)
}

/// The texts of `syms`; empty where there is none.
pub(super) fn symbols_or_empty(pool: &Pool, syms: &[Sym]) -> ArrayRef {
    texts(pool, syms, false)
}

fn texts(pool: &Pool, syms: &[Sym], nulls: bool) -> ArrayRef {
    let (mut column, mut blocks) = (Views::with_capacity(syms.len()), Blocks::new());
    pool.for_each(
        syms,
        |text| {
            if nulls && text.is_empty() { column.push_null() } else { column.push(blocks.view(text)) }
        },
    );
    Arc::new(column.finish(blocks.finish()))
}

/// As [`symbols`] (or, without `nulls`, [`symbols_or_empty`]) for a column that repeats the same texts: each stands once
/// in the column, so that it is copied once and found in the cache afterwards.
pub(super) fn repeated_symbols(pool: &Pool, syms: &[Sym], nulls: bool) -> ArrayRef {
    let mut places: HashMap<Sym, u32, FixedState> = HashMap::with_hasher(FixedState::with_seed(0));
    let mut distinct = Vec::new();
    let mut place_of = |&sym: &Sym| {
        *places.entry(sym).or_insert_with(|| {
            distinct.push(sym);
            distinct.len() as u32 - 1
        })
    };
    let rows: Vec<u32> = syms.iter().map(&mut place_of).collect();
    let (mut blocks, mut views) = (Blocks::new(), Vec::with_capacity(distinct.len()));
    pool.for_each(&distinct, |text| views.push(blocks.view(text)));
    let mut column = Views::with_capacity(syms.len());
    for (&sym, place) in syms.iter().zip(rows) {
        if sym == Pool::NONE && nulls { column.push_null() } else { column.push(views[place as usize]) }
    }
    Arc::new(column.finish(blocks.finish()))
}

/// The keys of all persons as views, once: columns of them, however many rows they have, are copies of these.
pub(super) struct PersonIds {
    views: Vec<u128>,
    /// The texts of keys that are too long for a view to hold them.
    long: Buffer,
}

impl PersonIds {
    pub(super) fn new(ids: &[PersonId]) -> Self {
        let mut long = Vec::new();
        let view = |id: &PersonId| {
            let text = id.key();
            // What a view holds itself has no place; of others there are as many as a block has room for.
            let view = make_view(text.as_bytes(), 0, long.len() as u32);
            if text.as_bytes().len() > MAX_INLINE_VIEW_LEN as usize {
                long.extend_from_slice(text.as_bytes());
            }
            view
        };
        let views = ids.iter().map(view).collect();
        assert!(long.len() <= u32::MAX as usize, "fewer than 300 million persons with long keys");
        Self { views, long: Buffer::from_vec(long) }
    }

    /// The key of each of `persons`, which are numbers of persons.
    pub(super) fn column(&self, persons: impl ExactSizeIterator<Item = u32>) -> ArrayRef {
        let mut column = Views::with_capacity(persons.len());
        for person in persons {
            column.push(self.views[person as usize]);
        }
        Arc::new(column.finish(vec![self.long.clone()]))
    }
}

/// A column of lists of text; `lengths` is the number of values of each row.
pub(super) fn lists(values: StringViewArray, lengths: &[usize]) -> ArrayRef {
    let item = Arc::new(Field::new("item", DataType::Utf8View, true));
    Arc::new(ListArray::new(item, OffsetBuffer::from_lengths(lengths.iter().copied()), Arc::new(values), None))
}

pub(super) fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("digits and capital letters are UTF-8")
}

/// The 18 characters of a whole ID number.
pub(super) fn id_text(id: IdNumber) -> [u8; 18] {
    let mut text = [b'0'; 18];
    let mut rest = id.digits;
    for slot in text.iter_mut().rev() {
        *slot = b"0123456789X"[(rest % 11) as usize];
        rest /= 11;
    }
    text
}

/// A packed phone as people write it: the packing drops the leading 0 of a landline's area code, which comes back here.
pub(super) fn phone_text(phone: u64, into: &mut [u8; 24]) -> &str {
    let mut start = into.len();
    let mut rest = phone;
    while rest > 0 {
        start -= 1;
        into[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let digits = into.len() - start;
    let mobile = digits == 11 && into[start] == b'1' && into[start + 1] >= b'3';
    // 95105555-like service numbers are shorter, and 400/800 numbers have 10 digits but no area code.
    let service = digits == 10 && matches!(&into[start..start + 3], b"400" | b"800");
    if (10..=12).contains(&digits) && !mobile && !service {
        start -= 1;
        into[start] = b'0';
    }
    ascii(&into[start..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::id_number::IdKind;

    #[test]
    fn phones_get_their_leading_zero_back() {
        for (packed, text) in [
            (13_812_345_678, "13812345678"),
            (5_468_221_234, "05468221234"),
            (53_182_212_345, "053182212345"),
            (1_012_345_678, "01012345678"),
            (8_221_234, "8221234"),
            (4_008_123_123, "4008123123"),
        ] {
            assert_eq!(phone_text(packed, &mut [0; 24]), text);
        }
        assert_eq!(phone_text(u64::MAX, &mut [0; 24]), u64::MAX.to_string());
    }

    #[test]
    fn an_id_number_is_spelled_out() {
        let text = "37050219900101123X";
        let digits = text.bytes().fold(0_u64, |sum, b| sum * 11 + if b == b'X' { 10 } else { u64::from(b - b'0') });
        let id = IdNumber { digits, known: (1 << 18) - 1, kind: IdKind::Valid, length: 18 };
        assert_eq!(ascii(&id_text(id)), text);
    }
}
