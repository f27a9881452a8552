//! Whether a workbook of Excel 2007 and later may be opened: its parts are unpacked once, piece by piece, before the
//! library that reads it takes whole parts into memory. Sizes that the archive declares are not believed.

use memchr::memmem::Finder;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use zip::ZipArchive;

/// What a workbook may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Parts.
    pub(super) entries: usize,
    /// Bytes of all parts unpacked.
    pub(super) total_bytes: u64,
    /// Bytes of a part that is no sheet.
    pub(super) part_bytes: u64,
    /// Tags of a part that is no sheet.
    pub(super) part_tags: u64,
    /// Bytes without a tag's end or beginning, several times [`PIECE_BYTES`].
    pub(super) run_bytes: u64,
    /// From this size on a part may not be packed more than by `ratio`.
    pub(super) ratio_from_bytes: u64,
    /// Unpacked bytes for each packed one.
    pub(super) ratio: u64,
}

/// The limits of a night.
pub(super) const LIMITS: Limits = Limits {
    entries: 10_000,
    total_bytes: 16 << 30,
    part_bytes: 512 << 20,
    part_tags: 40_000_000,
    run_bytes: 4 << 20,
    ratio_from_bytes: 64 << 20,
    ratio: 200,
};

/// What is unpacked at once.
const PIECE_BYTES: usize = 64 << 10;

/// Why a workbook is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The archive's directory is missing, as in a file that was cut, or a part is broken.
    Broken,
    /// An archive, but no workbook.
    NoWorkbook,
    /// A part is beyond a limit.
    Bomb,
    /// It is encrypted.
    Password,
    /// The library cannot read it.
    Unreadable,
}

/// What was seen of merged cells in the sheets of a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Merges {
    /// Merged areas.
    pub(super) count: u64,
    /// Those of more than one row.
    pub(super) tall: u64,
    /// Those that are none, such as `B7:B3`.
    pub(super) broken: u64,
}

/// Bytes of an entry in the directory of a compound file; it begins with its name (MS-CFB 2.6).
const ENTRY_BYTES: usize = 128;
/// What Office calls the stream of a workbook behind a password (MS-OFFCRYPTO 2.3.4.4).
const ENCRYPTED: &str = "EncryptedPackage";

/// Whether a compound file holds a workbook that a password protects. The file stands at its beginning again.
pub(super) fn holds_encrypted(mut file: &File) -> bool {
    let name: Vec<u8> = ENCRYPTED.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let mut piece = vec![0; PIECE_BYTES];
    let mut found = false;
    loop {
        let mut filled = 0;
        while let Ok(read @ 1..) = file.read(&mut piece[filled..]) {
            filled += read;
        }
        found |= piece[..filled].chunks(ENTRY_BYTES).any(|entry| entry.starts_with(&name));
        if found || filled < piece.len() {
            break;
        }
    }
    file.rewind().is_ok() && found
}

/// Unpacks every part within the limits, and drops what comes out but for what it says of merged cells.
pub(super) fn check(file: &File, limits: &Limits) -> Result<Merges, Refusal> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| Refusal::Broken)?;
    if archive.len() > limits.entries {
        return Err(Refusal::Bomb);
    }
    if !archive.file_names().flatten().any(|name| name.to_ascii_lowercase().ends_with("workbook.xml")) {
        return Err(Refusal::NoWorkbook);
    }
    let (mut total, mut merges) = (0, Merges::default());
    let finder = Finder::new(MERGE);
    let mut piece = vec![0; TAG_BYTES_MAX + PIECE_BYTES];
    for index in 0..archive.len() {
        let mut entry = archive.by_index_raw(index).map_err(|_| Refusal::Broken)?;
        if entry.encrypted() {
            return Err(Refusal::Password);
        }
        drop(entry);
        entry = archive.by_index(index).map_err(|_| Refusal::Broken)?;
        let is_sheet = entry.name().is_ok_and(|name| name.contains("worksheets/"));
        let packed = entry.compressed_size().max(1);
        let mut part = Part::default();
        // Bytes of the piece before that are looked at once more.
        let mut kept = 0;
        loop {
            // What is broken in the middle is found again, and its rows kept, when the sheet is read.
            let read = match entry.read(&mut piece[kept..kept + PIECE_BYTES]) {
                Ok(0) => break,
                Ok(read) => read,
                Err(_) if is_sheet => break,
                Err(_) => return Err(Refusal::Broken),
            };
            total += read as u64;
            part.pass(&piece[kept..kept + read]);
            if is_sheet {
                let seen = kept + read;
                kept = merges.pass(&finder, &piece[..seen]);
                piece.copy_within(seen - kept..seen, 0);
            }
            let large = part.bytes > limits.ratio_from_bytes && part.bytes / packed > limits.ratio;
            let heavy = !is_sheet && (part.bytes > limits.part_bytes || part.tags > limits.part_tags);
            let run = part.is_xml && part.run_max > limits.run_bytes;
            if large || heavy || run || total > limits.total_bytes {
                return Err(Refusal::Bomb);
            }
        }
    }
    Ok(merges)
}

/// How a merged area begins: `<mergeCell ref="B3:B7"/>`, its name with or without a prefix.
const MERGE: &[u8] = b"mergeCell";
/// A longer tag is none.
const TAG_BYTES_MAX: usize = 256;

impl Merges {
    /// Counts the areas that end in `piece`, and gives how many of its last bytes belong before the next piece.
    fn pass(&mut self, finder: &Finder<'_>, piece: &[u8]) -> usize {
        let mut rest = piece;
        while let Some(at) = finder.find(rest) {
            rest = &rest[at..];
            match memchr::memchr(b'>', &rest[..rest.len().min(TAG_BYTES_MAX)]) {
                Some(end) => self.add(&rest[..end]),
                None if rest.len() < TAG_BYTES_MAX => return rest.len(),
                None => self.broken += 1,
            }
            rest = &rest[MERGE.len()..];
        }
        // A tag's name may be cut in two.
        rest.len().min(MERGE.len() - 1)
    }

    fn add(&mut self, tag: &[u8]) {
        if !tag.get(MERGE.len()).is_some_and(u8::is_ascii_whitespace) {
            return;
        }
        self.count += 1;
        match area(tag) {
            Some(rows) => self.tall += u64::from(rows > 0),
            // The word alone may stand in a cell.
            None => self.broken += u64::from(memchr::memmem::find(tag, b"ref").is_some()),
        }
    }
}

/// How many rows an area has below its first one.
fn area(tag: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(tag).ok()?;
    let (_, value) = text.split_once("ref=")?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value[1..].split_once(quote)?.0;
    let cell = |name: &str| {
        let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
        let (column, row) = name.split_at(letters);
        let column = column.bytes().fold(0_u32, |n, b| n.saturating_mul(26).saturating_add(u32::from(b - b'A') + 1));
        let row: u32 = row.parse().ok()?;
        (row > 0 && row <= ROWS_MAX && column > 0 && column <= COLUMNS_MAX).then_some((row, column))
    };
    let (first, last) = value.split_once(':').unwrap_or((value, value));
    let ((top, left), (bottom, right)) = (cell(first)?, cell(last)?);
    if left <= right { bottom.checked_sub(top) } else { None }
}

/// Rows and columns of the largest sheet.
const ROWS_MAX: u32 = 1 << 20;
const COLUMNS_MAX: u32 = 1 << 14;

/// What was seen of a part.
#[derive(Default)]
struct Part {
    bytes: u64,
    tags: u64,
    run: u64,
    run_max: u64,
    is_xml: bool,
}

impl Part {
    fn pass(&mut self, piece: &[u8]) {
        if self.bytes == 0 {
            self.is_xml = piece.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(piece).trim_ascii_start().starts_with(b"<");
        }
        self.bytes += piece.len() as u64;
        self.tags += memchr::memchr_iter(b'<', piece).count() as u64;
        // A run within a piece is no longer than that, so only those that go on from one piece to the next are measured.
        match (memchr::memchr2(b'<', b'>', piece), memchr::memrchr2(b'<', b'>', piece)) {
            (Some(first), Some(last)) => {
                self.run_max = self.run_max.max(self.run + first as u64);
                self.run = (piece.len() - last) as u64;
            }
            _ => self.run += piece.len() as u64,
        }
        self.run_max = self.run_max.max(self.run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_areas_are_counted_wherever_a_piece_ends() {
        let text = concat!(
            "<row><c><v>mergeCell </v></c></row><mergeCells count=\"4\"><mergeCell ref=\"B3:B7\"/>",
            "<x:mergeCell a='1' ref='A1:C1'/><mergeCell ref=\"B7:B3\"/><mergeCell ref=\"AA10\"/></mergeCells>",
        );
        let finder = Finder::new(MERGE);
        let whole = {
            let mut merges = Merges::default();
            merges.pass(&finder, text.as_bytes());
            merges
        };
        assert_eq!(whole, Merges { count: 5, tall: 1, broken: 1 });
        for size in 1..80 {
            let (mut merges, mut kept) = (Merges::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                kept.extend_from_slice(piece);
                let rest = merges.pass(&finder, &kept);
                kept.drain(..kept.len() - rest);
            }
            assert_eq!(merges, whole, "{size}");
        }
    }

    #[test]
    fn areas_as_they_are_written() {
        let rows = |text: &str| area(format!("mergeCell ref=\"{text}\"/").as_bytes());
        assert_eq!(["B3:B7", "A1:XFD1048576", "C4", "A1:B1"].map(rows), [Some(4), Some(1_048_575), Some(0), Some(0)]);
        for text in ["", "B3:", "3:7", "B:B", "B0:B1", "C1:B2", "B1:B1048577", "A1:XFE2", "A1:B2:C3", "AAAAAAAAAA1"] {
            assert_eq!(rows(text), None, "{text}");
        }
    }
}
