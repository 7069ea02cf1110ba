//! Archives of a few files, as `.npz` needs them (PKWARE's APPNOTE 6.3: deflated entries; sizes above 4 GiB by Zip64).

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, Read, Write};

/// An archive that is being written.
pub struct Archive<'w, W: Write> {
    to: &'w mut W,
    offset: u64,
    directory: Vec<u8>,
    entries: u16,
}

/// 1 January 1980: an archive of the same arrays has the same bytes.
const DATE: [u8; 4] = [0, 0, 0x21, 0];
/// What a field of 32 bits says where the number stands in the Zip64 part.
const FULL: u32 = u32::MAX;

impl<'w, W: Write> Archive<'w, W> {
    /// An empty archive.
    pub fn new(to: &'w mut W) -> Archive<'w, W> {
        Archive { to, offset: 0, directory: Vec::new(), entries: 0 }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// Of the writer.
    pub fn add(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content)?;
        let packed = encoder.finish()?;
        let crc = crc32fast::hash(content).to_le_bytes();
        // both sizes and the place in 64 bits, so that nothing is too large
        let sizes = [content.len() as u64, packed.len() as u64];
        let mut local = Vec::new();
        local.extend(0x0403_4b50_u32.to_le_bytes());
        let common = |out: &mut Vec<u8>, extra: u16| {
            out.extend(45_u16.to_le_bytes()); // version needed: Zip64
            out.extend([0, 0, 8, 0]); // no flags, deflated
            out.extend(DATE);
            out.extend(crc);
            out.extend([FULL.to_le_bytes(), FULL.to_le_bytes()].concat());
            out.extend((name.len() as u16).to_le_bytes());
            out.extend(extra.to_le_bytes());
        };
        common(&mut local, 20);
        local.extend(name.as_bytes());
        local.extend([1, 0, 16, 0]);
        sizes.iter().for_each(|s| local.extend(s.to_le_bytes()));

        let central = &mut self.directory;
        central.extend(0x0201_4b50_u32.to_le_bytes());
        central.extend(45_u16.to_le_bytes());
        common(central, 28);
        central.extend([0; 10]); // no remark, first disk, no attributes
        central.extend(FULL.to_le_bytes());
        central.extend(name.as_bytes());
        central.extend([1, 0, 24, 0]);
        sizes.iter().for_each(|s| central.extend(s.to_le_bytes()));
        central.extend(self.offset.to_le_bytes());
        self.entries += 1;
        self.put(&local)?;
        self.put(&packed)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.offset += bytes.len() as u64;
        self.to.write_all(bytes)
    }

    /// Writes the directory.
    ///
    /// # Errors
    /// Of the writer.
    pub fn finish(mut self) -> io::Result<()> {
        let (start, size, entries) = (self.offset, self.directory.len() as u64, u64::from(self.entries));
        let directory = std::mem::take(&mut self.directory);
        self.put(&directory)?;
        let mut end = Vec::new();
        let locator = self.offset;
        end.extend(0x0606_4b50_u32.to_le_bytes());
        end.extend(44_u64.to_le_bytes());
        end.extend([45, 0, 45, 0]);
        end.extend([0; 8]);
        [entries, entries, size, start].iter().for_each(|n| end.extend(n.to_le_bytes()));
        end.extend(0x0706_4b50_u32.to_le_bytes());
        end.extend(0_u32.to_le_bytes());
        end.extend(locator.to_le_bytes());
        end.extend(1_u32.to_le_bytes());
        end.extend(0x0605_4b50_u32.to_le_bytes());
        end.extend([0; 4]);
        end.extend([self.entries.to_le_bytes(), self.entries.to_le_bytes()].concat());
        end.extend([FULL.to_le_bytes(), FULL.to_le_bytes()].concat());
        end.extend([0; 2]);
        self.put(&end)
    }
}

/// Name and content of each file of an archive.
///
/// # Errors
/// What is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    const CUT: &str = "the archive is cut off or damaged";
    let number = |at: usize, width: usize| -> Result<u64, String> {
        let part = bytes.get(at..at + width).ok_or(CUT)?;
        Ok(part.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    };
    let place =
        |at: usize, width: usize| number(at, width).and_then(|n| usize::try_from(n).map_err(|_| CUT.to_owned()));
    let end = (0..bytes.len().saturating_sub(21)).rev().find(|&at| bytes[at..].starts_with(b"PK\x05\x06"));
    let end = end.ok_or("it does not end as an archive does")?;
    let (mut count, mut at) = (place(end + 10, 2)?, place(end + 16, 4)?);
    if at == FULL as usize {
        // the Zip64 record, by way of its locator
        let record = place(end.checked_sub(12).ok_or(CUT)?, 8)?;
        (count, at) = (place(record.saturating_add(32), 8)?, place(record.saturating_add(48), 8)?);
    }
    let mut files = Vec::new();
    for _ in 0..count {
        if number(at, 4)? != 0x0201_4b50 {
            return Err(CUT.into());
        }
        let (flags, method, crc) = (number(at + 8, 2)?, number(at + 10, 2)?, number(at + 16, 4)?);
        let (mut packed, mut size, mut start) = (number(at + 20, 4)?, number(at + 24, 4)?, number(at + 42, 4)?);
        let [name, extra, remark] = [28, 30, 32].map(|field| place(at + field, 2));
        let (name, extra, remark) = (name?, extra?, remark?);
        let text = bytes.get(at + 46..at + 46 + name).ok_or(CUT)?;
        // what did not fit into 32 bits stands in part 1 of the extra fields, in this order
        let mut part = at + 46 + name;
        let parts_end = part + extra;
        while part + 4 <= parts_end {
            let (kind, length) = (number(part, 2)?, place(part + 2, 2)?);
            if kind == 1 {
                let mut next = part + 4;
                for value in [&mut size, &mut packed, &mut start] {
                    if *value == u64::from(FULL) {
                        *value = number(next, 8)?;
                        next += 8;
                    }
                }
            }
            part += 4 + length;
        }
        let (start, packed) = (usize::try_from(start).map_err(|_| CUT)?, usize::try_from(packed).map_err(|_| CUT)?);
        let data = start
            .checked_add(30 + place(start.saturating_add(26), 2)? + place(start.saturating_add(28), 2)?)
            .and_then(|from| bytes.get(from..from.checked_add(packed)?))
            .ok_or(CUT)?;
        let mut content = Vec::new();
        match method {
            _ if flags & 1 == 1 => return Err("the archive is encrypted".into()),
            0 => content.extend_from_slice(data),
            8 => {
                // no more than is promised, so that a damaged archive fills no memory
                let limit = size.saturating_add(1);
                let inflated = DeflateDecoder::new(data).take(limit).read_to_end(&mut content);
                inflated.map_err(|error| error.to_string())?;
            }
            other => {
                return Err(format!(
                    "compression {other} of the archive is not read; save it by numpy.savez or savez_compressed"
                ));
            }
        }
        if content.len() as u64 != size || u64::from(crc32fast::hash(&content)) != crc {
            return Err(CUT.into());
        }
        files.push((String::from_utf8_lossy(text).into_owned(), content));
        at += 46 + name + extra + remark;
    }
    Ok(files)
}
