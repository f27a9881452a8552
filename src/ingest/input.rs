//! The bytes of a dump: read once, hashed as they are stored, decompressed by their first bytes whatever the name says.
//! Memory is bounded however much comes out of a compressed stream.

use super::report::Compression;
use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};
use rustix::fs::{Advice, fadvise};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

const BUFFER_BYTES: usize = 256 << 10;
/// What is read once leaves the system's cache of files in steps of this size.
const ONCE_BYTES: u64 = 8 << 20;
/// A compressed workbook or Parquet file is unpacked beside the others up to this size.
const UNPACKED_BYTES_MAX: u64 = 16 << 30;

/// What was read of the stored file.
#[derive(Debug, Default)]
struct Hash {
    sha256: Sha256,
    bytes: u64,
}

/// Hashes what passes through.
struct Hashing<R> {
    inner: R,
    hash: Arc<Mutex<Hash>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        let mut hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        hash.sha256.update(&buf[..read]);
        hash.bytes += read as u64;
        Ok(read)
    }
}

/// A file that is read once from one end to the other: what was read makes room for what comes.
struct Once {
    file: File,
    read: u64,
    given_back: u64,
}

impl Read for Once {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buf)?;
        self.read += read as u64;
        if let Some(len) = NonZeroU64::new(self.read - self.given_back).filter(|len| len.get() >= ONCE_BYTES) {
            // Advice: whatever the system makes of it, the bytes are the same.
            let _ = fadvise(&self.file, self.given_back, Some(len), Advice::DontNeed);
            self.given_back = self.read;
        }
        Ok(read)
    }
}

/// An open dump, decompressed.
pub(super) struct Input {
    reader: Box<dyn Read + Send>,
    hash: Arc<Mutex<Hash>>,
    /// What has been read and not yet been taken.
    pub(super) head: Vec<u8>,
    /// How the file is compressed.
    pub(super) compression: Compression,
    /// Whether the end has been reached.
    pub(super) ended: bool,
    /// Why it ended early.
    pub(super) damage: Option<io::Error>,
}

impl Input {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Opens a file of which nothing stays in the system's cache but the end.
    pub(super) fn open_once(path: &Path) -> io::Result<Self> {
        Self::new(Once { file: File::open(path)?, read: 0, given_back: 0 })
    }

    /// Reads from any stream of bytes as from a file.
    pub(super) fn new(file: impl Read + Send + 'static) -> io::Result<Self> {
        let hash = Arc::new(Mutex::new(Hash::default()));
        let mut reader = Hashing { inner: file, hash: Arc::clone(&hash) };
        let mut magic = Vec::with_capacity(4);
        reader.by_ref().take(4).read_to_end(&mut magic)?;
        let compression = match magic.as_slice() {
            [0x1F, 0x8B, ..] => Compression::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD] => Compression::Zstd,
            _ => Compression::None,
        };
        let whole = BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(magic).chain(reader));
        let reader: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(whole),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
            Compression::Zstd => Box::new(zstd::Decoder::with_buffer(whole)?),
        };
        Ok(Self { reader, hash, head: Vec::new(), compression, ended: false, damage: None })
    }

    /// Reads until `head` has at least `bytes`, the end is reached, or reading fails, which is the end too.
    pub(super) fn fill(&mut self, bytes: usize) {
        if self.ended || self.head.len() >= bytes {
            return;
        }
        // What was read before a failure stays in `head`.
        let more = (bytes - self.head.len()) as u64;
        match self.reader.by_ref().take(more).read_to_end(&mut self.head) {
            Ok(_) => self.ended = self.head.len() < bytes,
            Err(e) => {
                self.ended = true;
                self.damage = Some(e);
            }
        }
    }

    /// From here on gives UTF-16 as UTF-8, what is broken as [`super::decode::BROKEN`].
    pub(super) fn transcode(&mut self, little: bool) {
        let head = std::mem::take(&mut self.head);
        let rest = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        // A failure seen while the head was read must come after the head.
        let failed = Failed(self.damage.take());
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        let raw: Box<dyn Read + Send> = if self.ended {
            Box::new(io::Cursor::new(head).chain(failed))
        } else {
            Box::new(io::Cursor::new(head).chain(rest))
        };
        self.ended = false;
        self.reader = Box::new(Utf16 {
            raw,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; BUFFER_BYTES],
            filled: 0..0,
            text: String::new(),
            given: 0,
            ended: false,
        });
    }

    /// The file for formats that are read here and there; what is compressed is unpacked to a temporary file. The
    /// second value says why what was unpacked ended early.
    pub(super) fn into_file(mut self, path: &Path) -> io::Result<(File, Stored, Option<io::Error>)> {
        let mut file = if self.compression == Compression::None { File::open(path)? } else { tempfile::tempfile()? };
        let mut damage = None;
        if self.compression == Compression::None {
            self.drain();
        } else {
            let head = std::mem::take(&mut self.head);
            let mut all = io::Cursor::new(head).chain(&mut self.reader).take(UNPACKED_BYTES_MAX);
            damage = copy(&mut all, &mut file)?;
            if all.limit() == 0 {
                return Err(io::Error::other("more than 16 GiB unpacked"));
            }
            file.seek(SeekFrom::Start(0))?;
        }
        Ok((file, self.stored(), damage.or(self.damage.take())))
    }

    /// Reads the rest for the hash.
    fn drain(&mut self) {
        if let Err(e) = io::copy(&mut self.reader, &mut io::sink()) {
            self.damage = Some(e);
        }
    }

    /// What was read so far of the stored file.
    pub(super) fn stored(&self) -> Stored {
        let hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        let sha256 = hash.sha256.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Stored { bytes: hash.bytes, sha256 }
    }
}

/// Size and hash of what was read of a stored file.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    /// Bytes read.
    pub(super) bytes: u64,
    /// SHA-256 of them, hex.
    pub(super) sha256: String,
}

/// Copies until the input ends or fails; only a failure to write is an error.
fn copy(from: &mut impl Read, to: &mut impl io::Write) -> io::Result<Option<io::Error>> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(n) => to.write_all(&buffer[..n])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Ok(Some(e)),
        }
    }
}

/// Fails once if there is an error, then ends.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _buf: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// UTF-16 read as UTF-8.
struct Utf16<R> {
    raw: R,
    decoder: Decoder,
    input: Vec<u8>,
    filled: std::ops::Range<usize>,
    text: String,
    given: usize,
    ended: bool,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.text.clear();
            self.given = 0;
            let last = if self.filled.is_empty() {
                let read = self.raw.read(&mut self.input)?;
                self.filled = 0..read;
                read == 0
            } else {
                false
            };
            let source = &self.input[self.filled.clone()];
            self.text.reserve(self.decoder.max_utf8_buffer_length_without_replacement(source.len()).unwrap_or(64) + 8);
            let (result, read) = self.decoder.decode_to_string_without_replacement(source, &mut self.text, last);
            self.filled.start += read;
            match result {
                DecoderResult::Malformed(..) => self.text.push_str(super::decode::BROKEN),
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
            }
        }
        let len = buf.len().min(self.text.len() - self.given);
        buf[..len].copy_from_slice(&self.text.as_bytes()[self.given..self.given + len]);
        self.given += len;
        Ok(len)
    }
}
