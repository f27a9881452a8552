//! Rows that were not accepted. Nothing is dropped silently: what cannot become a record stands here with its reason.

/// Why a row is in quarantine. The text form is published and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row has more or fewer fields than the header, and no way to tell which is which.
    FieldCount,
    /// Bytes that are text in none of the known encodings.
    Encoding,
    /// A quote that is never closed, or a field or row beyond the size limit.
    Malformed,
    /// A field or row larger than the limit.
    TooLarge,
    /// The file ends in the middle (cut compression stream, broken workbook or Parquet page).
    Truncated,
    /// The file cannot be read at all (binary, password, bomb, unknown format).
    Unreadable,
    /// A needed column is not in the header.
    MissingColumn,
    /// The row holds nothing that could be a person: no name, no ID number, no phone.
    NoPerson,
    /// A total or a caption, not a person (合计, 小计, 填表人 …).
    NotAPerson,
    /// The same source, record_id and values as another row.
    DuplicateRow,
    /// A JSON line that is not an object.
    NotAnObject,
    /// A returned row whose hidden cells were shifted or typed over.
    ReturnChecksum,
    /// A returned row with a result that is none of the list.
    ReturnResult,
    /// A returned row with a time that cannot be read or lies after the run's date.
    ReturnTime,
    /// A returned row for an item that was never handed out.
    ReturnUnknownItem,
    /// A returned row for a person of whom no record is left.
    ReturnPersonGone,
    /// A returned row that states another valid ID number than the person has: for review.
    ReturnContradicts,
    /// A returned row that hands over to a grid that the directory does not have.
    ReturnUnknownGrid,
    /// A returned row beside another of the same items and time that states another result.
    ReturnAnsweredTwice,
    /// A returned row with a corrected number that is none.
    ReturnCorrection,
    /// A row of a returned list that was added to it: nobody was sent for it.
    ReturnAdded,
    /// A returned row that shows another name than its person has: a list of another city or another store.
    ReturnOtherPerson,
}

impl Reason {
    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FieldCount => "field_count",
            Self::Encoding => "encoding",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Truncated => "truncated",
            Self::Unreadable => "unreadable",
            Self::MissingColumn => "missing_column",
            Self::NoPerson => "no_person",
            Self::NotAPerson => "not_a_person",
            Self::DuplicateRow => "duplicate_row",
            Self::NotAnObject => "not_an_object",
            Self::ReturnChecksum => "return_checksum",
            Self::ReturnResult => "return_result",
            Self::ReturnTime => "return_time",
            Self::ReturnUnknownItem => "return_unknown_item",
            Self::ReturnPersonGone => "return_person_gone",
            Self::ReturnContradicts => "return_contradicts",
            Self::ReturnUnknownGrid => "return_unknown_grid",
            Self::ReturnAnsweredTwice => "return_answered_twice",
            Self::ReturnCorrection => "return_correction",
            Self::ReturnAdded => "return_added",
            Self::ReturnOtherPerson => "return_other_person",
        }
    }
}

/// One row that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantinedRow {
    /// Number of the source.
    pub source: u16,
    /// Number of the dump.
    pub file: u32,
    /// 1-based line, as [`super::RawChunk`] has it (0: the file as a whole, which then counts as no row).
    pub line: u64,
    /// 0-based byte offset of the row.
    pub byte: u64,
    /// Why.
    pub reason: Reason,
    /// The row's text as far as it can be read, cut at 4 KiB.
    pub raw: String,
}
