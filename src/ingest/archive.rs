//! Whether a workbook of Excel 2007 and later may be opened: its parts are unpacked once, piece by piece, before the
//! library that reads it takes whole parts into memory. Sizes that the archive declares are not believed.

use std::fs::File;
use std::io::{BufReader, Read};
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
}

/// Unpacks every part within the limits, and drops what comes out.
pub(super) fn check(file: &File, limits: &Limits) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| Refusal::Broken)?;
    if archive.len() > limits.entries {
        return Err(Refusal::Bomb);
    }
    if !archive.file_names().flatten().any(|name| name.to_ascii_lowercase().ends_with("workbook.xml")) {
        return Err(Refusal::NoWorkbook);
    }
    let mut total = 0;
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
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            // What is broken in the middle is found again, and its rows kept, when the sheet is read.
            let read = match entry.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(_) if is_sheet => break,
                Err(_) => return Err(Refusal::Broken),
            };
            total += read as u64;
            part.pass(&piece[..read]);
            let large = part.bytes > limits.ratio_from_bytes && part.bytes / packed > limits.ratio;
            let heavy = !is_sheet && (part.bytes > limits.part_bytes || part.tags > limits.part_tags);
            let run = part.is_xml && part.run_max > limits.run_bytes;
            if large || heavy || run || total > limits.total_bytes {
                return Err(Refusal::Bomb);
            }
        }
    }
    Ok(())
}

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
