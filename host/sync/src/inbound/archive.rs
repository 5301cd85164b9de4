//! Zip files, such as a workbook: the members that a connector asks for, unpacked as they are read.
//!
//! What a file says of itself is not believed: sizes are bounded while unpacking, and checksums are compared. The format
//! is described in <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>; archives above 4 GiB are not read.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::{Crc, read::DeflateDecoder};

/// Why an archive, or a member of it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the file cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("the file is no whole zip file: {0}; fetch or export it again")]
    Damaged(&'static str),
    #[error("`{member}` of the zip file is packed in a way that is not read (method {method})")]
    Method { member: String, method: u16 },
    #[error("`{member}` of the zip file is damaged; fetch or export it again")]
    Checksum { member: String },
    #[error("the zip file unpacks to more than {limit} bytes (setting `sync.unpacked-bytes`)")]
    TooLarge { limit: u64 },
}

const END: &[u8; 4] = b"PK\x05\x06";
const ENTRY: &[u8; 4] = b"PK\x01\x02";
const LOCAL: &[u8; 4] = b"PK\x03\x04";
/// Fixed parts of the three records, in bytes.
const END_BYTES: usize = 22;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// A comment may stand behind the end record.
const LONGEST_COMMENT: usize = u16::MAX as usize;
/// Far more than a workbook of a thousand sheets has.
const LARGEST_DIRECTORY: u32 = 16 << 20;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// An open zip file.
#[derive(Debug)]
pub(super) struct Archive<R> {
    source: R,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: String,
    method: u16,
    checksum: u32,
    packed: u32,
    offset: u32,
}

/// Whether a file begins as a zip file does.
pub(super) fn is_archive(beginning: &[u8]) -> bool {
    beginning.starts_with(LOCAL)
}

impl<R: Read + Seek> Archive<R> {
    pub(super) fn open(mut source: R) -> Result<Self, ArchiveError> {
        let (offset, length) = directory(&mut source)?;
        if length > LARGEST_DIRECTORY {
            return Err(ArchiveError::Damaged("its list of members is too long"));
        }
        source.seek(SeekFrom::Start(offset.into()))?;
        let mut bytes = vec![0; length as usize];
        source.read_exact(&mut bytes).map_err(cut)?;
        Ok(Self { source, entries: entries(&bytes)? })
    }

    /// Unpacks a member, if there is one of this name, and hands it on piece by piece. `left` is how many bytes may still
    /// be unpacked of `limit`; `take` answers whether it wants more.
    pub(super) fn unpack(
        &mut self,
        name: &str,
        piece: usize,
        (left, limit): (&mut u64, u64),
        mut take: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), ArchiveError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name).cloned() else {
            return Ok(());
        };
        let packed = self.packed(&entry)?;
        let mut unpacked: Box<dyn Read + '_> = match entry.method {
            STORED => Box::new(packed),
            DEFLATED => Box::new(DeflateDecoder::new(packed)),
            method => return Err(ArchiveError::Method { member: entry.name, method }),
        };
        let mut checksum = Crc::new();
        loop {
            let mut bytes = Vec::new();
            unpacked.by_ref().take(piece as u64).read_to_end(&mut bytes).map_err(cut)?;
            checksum.update(&bytes);
            *left = left.checked_sub(bytes.len() as u64).ok_or(ArchiveError::TooLarge { limit })?;
            if bytes.is_empty() {
                break;
            }
            if !take(bytes) {
                return Ok(());
            }
        }
        if checksum.sum() == entry.checksum {
            Ok(())
        } else {
            Err(ArchiveError::Checksum { member: entry.name })
        }
    }

    /// The bytes of a member as they are packed. Its own header has a name and an extra of its own length.
    fn packed(&mut self, entry: &Entry) -> Result<io::Take<&mut R>, ArchiveError> {
        self.source.seek(SeekFrom::Start(entry.offset.into()))?;
        let mut header = [0; LOCAL_BYTES];
        self.source.read_exact(&mut header).map_err(cut)?;
        if !header.starts_with(LOCAL) {
            return Err(ArchiveError::Damaged("a member is not where its list says"));
        }
        let skipped = u64::from(short(&header, 26)) + u64::from(short(&header, 28));
        self.source.seek(SeekFrom::Current(i64::try_from(skipped).unwrap_or_default()))?;
        Ok(self.source.by_ref().take(entry.packed.into()))
    }
}

/// Where the list of members begins, and how long it is: told by the last record of the file.
fn directory<R: Read + Seek>(source: &mut R) -> Result<(u32, u32), ArchiveError> {
    let length = source.seek(SeekFrom::End(0))?;
    let tail = length.min((END_BYTES + LONGEST_COMMENT) as u64);
    source.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::with_capacity(tail as usize);
    source.take(tail).read_to_end(&mut bytes)?;
    let found = bytes.windows(END.len()).rposition(|window| window == END);
    let end = found.and_then(|at| bytes.get(at..at + END_BYTES));
    let end = end.ok_or(ArchiveError::Damaged("its end is missing"))?;
    Ok((long(end, 16), long(end, 12)))
}

fn entries(mut bytes: &[u8]) -> Result<Vec<Entry>, ArchiveError> {
    let mut entries = Vec::new();
    while bytes.starts_with(ENTRY) {
        let damaged = ArchiveError::Damaged("its list of members is cut off");
        let fixed = bytes.get(..ENTRY_BYTES).ok_or(damaged)?;
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(short(fixed, at)));
        let whole = ENTRY_BYTES + name + extra + comment;
        let damaged = ArchiveError::Damaged("its list of members is cut off");
        let record = bytes.get(..whole).ok_or(damaged)?;
        entries.push(Entry {
            name: String::from_utf8_lossy(&record[ENTRY_BYTES..ENTRY_BYTES + name]).into_owned(),
            method: short(fixed, 10),
            checksum: long(fixed, 16),
            packed: long(fixed, 20),
            offset: long(fixed, 42),
        });
        bytes = &bytes[whole..];
    }
    Ok(entries)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn cut(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Damaged("it is cut off"),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            ArchiveError::Damaged("a member cannot be unpacked")
        }
        _ => ArchiveError::Read(error),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Cursor, Write as _};

    use flate2::{Compression, write::DeflateEncoder};

    use super::*;

    /// A zip file of these members, packed.
    pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut file, mut list) = (Vec::new(), Vec::new());
        for (name, content) in members {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            let packed = encoder.finish().unwrap();
            let mut checksum = Crc::new();
            checksum.update(content);
            let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
            for number in [checksum.sum(), packed.len() as u32, content.len() as u32] {
                common.extend(number.to_le_bytes());
            }
            common.extend((name.len() as u16).to_le_bytes());
            common.extend([0, 0]);
            let offset = file.len() as u32;
            file.extend(LOCAL);
            file.extend(&common);
            file.extend(name.as_bytes());
            file.extend(&packed);
            list.extend(ENTRY);
            list.extend([20, 0]);
            list.extend(&common);
            list.extend([0; 10]);
            list.extend(offset.to_le_bytes());
            list.extend(name.as_bytes());
        }
        let begin = file.len() as u32;
        file.extend(&list);
        file.extend(END);
        file.extend([0; 8]);
        file.extend((list.len() as u32).to_le_bytes());
        file.extend(begin.to_le_bytes());
        file.extend([0, 0]);
        file
    }

    fn unpacked(file: Vec<u8>, name: &str, limit: u64) -> Result<Vec<u8>, String> {
        let mut archive = Archive::open(Cursor::new(file)).map_err(|error| error.to_string())?;
        let (mut left, mut whole) = (limit, Vec::new());
        let take = |piece: Vec<u8>| {
            whole.extend(piece);
            true
        };
        archive.unpack(name, 3, (&mut left, limit), take).map_err(|error| error.to_string())?;
        Ok(whole)
    }

    #[test]
    fn members_come_out_as_they_went_in() {
        let file = zipped(&[("a/b.xml", b"<first/>"), ("c.xml", b"second, which is a little longer")]);
        assert!(is_archive(&file));
        assert_eq!(unpacked(file.clone(), "c.xml", 100).unwrap(), b"second, which is a little longer");
        assert_eq!(unpacked(file.clone(), "a/b.xml", 100).unwrap(), b"<first/>");
        assert_eq!(unpacked(file, "d.xml", 100).unwrap(), b"");
    }

    #[test]
    fn what_is_damaged_cut_or_too_large_is_said() {
        let content = vec![b'x'; 1_000];
        let file = zipped(&[("a.xml", &content)]);
        assert!(unpacked(file.clone(), "a.xml", 999).unwrap_err().contains("sync.unpacked-bytes"));
        assert!(
            unpacked(file[..file.len() - 30].to_vec(), "a.xml", 2_000).unwrap_err().contains("whole zip")
        );
        let mut altered = zipped(&[("a.xml", b"abcdefgh")]);
        altered[14] ^= 1;
        let list = altered.windows(4).position(|window| window == ENTRY).unwrap();
        altered[list + 16] ^= 1;
        assert!(unpacked(altered, "a.xml", 2_000).unwrap_err().contains("damaged"));
    }

    #[test]
    fn no_file_makes_it_panic() {
        let file = zipped(&[("a.xml", b"<first/>")]);
        for at in 0..file.len() {
            for value in [0, 0x7f, 0xff] {
                let mut altered = file.clone();
                altered[at] = value;
                let _ = unpacked(altered, "a.xml", 1_000);
            }
        }
    }
}
