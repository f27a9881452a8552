//! Pure functions over values and arrays: no files, threads, clocks or logs. Each has a slow, obvious twin under
//! proptest.

pub mod address;
pub mod buckets;
pub mod date;
pub mod finder;
pub mod hash;
pub mod id_number;
pub mod numbering;
pub mod phone;
pub mod pieces;
pub mod pinyin;
pub mod prefetch;
pub mod radix;
pub mod shape;
pub mod shared;
pub mod similarity;
pub mod sql_words;
pub mod text;
pub mod union_find;
