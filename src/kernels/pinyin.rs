//! pinyin
