//! Archives of a few files, as `.npz` needs them (PKWARE's APPNOTE 6.3: deflated entries; sizes above 4 GiB by Zip64).

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::{self, Write};

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
