//! NumPy arrays: `.npy` files. They are written little-endian in C order, and read in either byte order and either order of
//! the indices.

use super::field::Storage;
use super::file::{OutputError, read_whole, write_whole};
use std::io::{self, Write};
use std::path::Path;

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// An array of any shape; values as f64, the last index fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f64>,
}

/// Writes an array whose last index is the fastest; for a field the shape is `[nz, ny, nx]` or `[ny, nx]`, with a
/// last 3 for vectors.
///
/// # Errors
/// If the file cannot be written, or the shape does not hold as many numbers as there are.
pub fn write(
    path: &Path,
    shape: &[usize],
    values: impl Iterator<Item = f64>,
    storage: Storage,
) -> Result<(), OutputError> {
    write_whole(path, |w| put(w, shape, values, storage))
}

/// Writes the arrays of one state into an archive that `numpy.load` opens (`.npz`): compressed, each under its name.
///
/// # Errors
/// If the file cannot be written, or a shape does not hold as many numbers as there are.
pub fn write_archive(path: &Path, arrays: &[(&str, Array)]) -> Result<(), OutputError> {
    write_whole(path, |w| {
        let mut archive = super::zip::Archive::new(w);
        for (name, array) in arrays {
            let mut bytes = Vec::with_capacity(array.values.len() * 8 + 128);
            put(&mut bytes, &array.shape, array.values.iter().copied(), Storage::Double)?;
            archive.add(&format!("{name}.npy"), &bytes)?;
        }
        archive.finish()
    })
}

fn put(w: &mut impl Write, shape: &[usize], values: impl Iterator<Item = f64>, storage: Storage) -> io::Result<()> {
    let numbers: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if shape.len() == 1 { "," } else { "" };
    let kind = if storage == Storage::Double { "<f8" } else { "<f4" };
    let mut header =
        format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}{comma}), }}", numbers.join(", "));
    // the data begin at a multiple of 64 bytes
    let padding = (64 - (MAGIC.len() + 4 + header.len() + 1) % 64) % 64;
    header += &" ".repeat(padding);
    header.push('\n');
    w.write_all(MAGIC)?;
    w.write_all(&[1, 0])?;
    w.write_all(&(header.len() as u16).to_le_bytes())?;
    w.write_all(header.as_bytes())?;
    let mut count = 0;
    for value in values {
        storage.put(w, value)?;
        count += 1;
    }
    if count == shape.iter().product::<usize>() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{count} numbers do not make an array of shape {shape:?}")))
}

/// Reads an array of booleans, integers or floats, versions 1 to 3, either byte order, C or Fortran order.
///
/// # Errors
/// If the file cannot be read, is damaged, or holds something else.
pub fn read(path: &Path) -> Result<Array, OutputError> {
    let bytes = read_whole(path)?;
    parse(&bytes).map_err(|message| OutputError::invalid(path, message))
}

/// Reads the arrays of an archive (`.npz`) with their names.
///
/// # Errors
/// If it cannot be read, is damaged, or holds something else.
pub fn read_archive(path: &Path) -> Result<Vec<(String, Array)>, OutputError> {
    let bytes = read_whole(path)?;
    let files = super::zip::read(&bytes).map_err(|message| OutputError::invalid(path, message))?;
    let array = |(name, bytes): (String, Vec<u8>)| {
        let array = parse(&bytes).map_err(|message| OutputError::invalid(path, format!("{name}: {message}")))?;
        Ok((name.strip_suffix(".npy").unwrap_or(&name).to_owned(), array))
    };
    files.into_iter().map(array).collect()
}

fn parse(bytes: &[u8]) -> Result<Array, String> {
    let short = "the file ends within its header";
    let rest = bytes.strip_prefix(MAGIC).ok_or("it does not begin as a .npy file does")?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
    let (length, rest) = match version[0] {
        1 => rest.split_first_chunk::<2>().map(|(n, r)| (u32::from(u16::from_le_bytes(*n)), r)).ok_or(short)?,
        2 | 3 => rest.split_first_chunk::<4>().map(|(n, r)| (u32::from_le_bytes(*n), r)).ok_or(short)?,
        other => return Err(format!("version {other} of the format is not known")),
    };
    let (header, data) = rest.split_at_checked(length as usize).ok_or(short)?;
    let header = std::str::from_utf8(header).map_err(|_| "the header is no text")?;
    let kind = entry(header, "descr")?.trim_matches(['\'', '"']);
    let fortran = match entry(header, "fortran_order")? {
        "True" => true,
        "False" => false,
        other => return Err(format!("fortran_order `{other}` is neither True nor False")),
    };
    let shape = entry(header, "shape")?;
    let shape = shape.strip_prefix('(').and_then(|s| s.strip_suffix(')')).ok_or("the shape is no tuple")?;
    let shape = shape
        .split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().map_err(|_| format!("`{n}` in the shape is no whole number")))
        .collect::<Result<Vec<usize>, String>>()?;
    let count = shape.iter().try_fold(1_usize, |n, m| n.checked_mul(*m)).ok_or("the shape is too large")?;
    let (width, reversed, convert) = converter(kind)?;
    let needed = count.checked_mul(width).ok_or("the shape is too large")?;
    if data.len() != needed {
        return Err(format!("shape {shape:?} needs {needed} bytes of data and the file has {}", data.len()));
    }
    let values = data.chunks_exact(width);
    let values = if reversed {
        values.map(|number| convert(&number.iter().rev().copied().collect::<Vec<u8>>())).collect()
    } else {
        values.map(convert).collect()
    };
    Ok(Array { values: if fortran { reordered(&shape, values) } else { values }, shape })
}

/// Text of an entry of the header, a Python dictionary.
fn entry<'a>(header: &'a str, key: &str) -> Result<&'a str, String> {
    let missing = || format!("the header lacks `{key}`");
    let at = header.find(&format!("'{key}'")).ok_or_else(missing)?;
    let (_, value) = header[at..].split_once(':').ok_or_else(missing)?;
    let value = value.trim_start();
    let end = if value.starts_with('(') { value.find(')').map(|i| i + 1) } else { value.find([',', '}']) };
    end.map(|end| value[..end].trim_end()).ok_or_else(missing)
}

type Convert = fn(&[u8]) -> f64;

/// Bytes of a number, whether they run from the highest to the lowest, and how to read them when they do not.
fn converter(kind: &str) -> Result<(usize, bool, Convert), String> {
    fn bytes<const N: usize>(b: &[u8]) -> [u8; N] {
        b.try_into().expect("chunks have the width of the type")
    }
    let refused =
        || format!("numbers of type `{kind}` are not read; save the array as floats or integers of up to 8 bytes");
    // `=` is the order of the machine that wrote it, which the file does not tell: numpy itself never writes it
    let (order, number) = kind.split_at_checked(1).ok_or_else(refused)?;
    let (width, convert): (usize, Convert) = match number {
        "b1" | "u1" => (1, |b| f64::from(b[0])),
        "i1" => (1, |b| f64::from(b[0] as i8)),
        "u2" => (2, |b| f64::from(u16::from_le_bytes(bytes(b)))),
        "i2" => (2, |b| f64::from(i16::from_le_bytes(bytes(b)))),
        "u4" => (4, |b| f64::from(u32::from_le_bytes(bytes(b)))),
        "i4" => (4, |b| f64::from(i32::from_le_bytes(bytes(b)))),
        "u8" => (8, |b| u64::from_le_bytes(bytes(b)) as f64),
        "i8" => (8, |b| i64::from_le_bytes(bytes(b)) as f64),
        "f4" => (4, |b| f64::from(f32::from_le_bytes(bytes(b)))),
        "f8" => (8, |b| f64::from_le_bytes(bytes(b))),
        _ => return Err(refused()),
    };
    match order {
        "<" => Ok((width, false, convert)),
        ">" => Ok((width, true, convert)),
        "|" if width == 1 => Ok((width, false, convert)),
        _ => Err(refused()),
    }
}

/// From the first index fastest to the last index fastest.
fn reordered(shape: &[usize], values: Vec<f64>) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    let mut index = vec![0; shape.len()];
    for _ in 0..values.len() {
        let place = index.iter().zip(shape).rev().fold(0, |place, (i, n)| place * n + i);
        out.push(values[place]);
        for d in (0..shape.len()).rev() {
            index[d] += 1;
            if index[d] < shape[d] {
                break;
            }
            index[d] = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        if version == 1 {
            bytes.extend((header.len() as u16).to_le_bytes());
        } else {
            bytes.extend((header.len() as u32).to_le_bytes());
        }
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    #[test]
    fn arrays_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.npy");
        let values = [1.0, -2.5, f64::MAX, 1e-300, 0.0, 7.0];
        for shape in [vec![6], vec![2, 3], vec![1, 2, 3]] {
            write(&path, &shape, values.iter().copied(), Storage::Double).unwrap();
            assert_eq!(read(&path).unwrap(), Array { shape, values: values.to_vec() });
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!((bytes.len() - 48) % 64, 0);
        }
        assert!(write(&path, &[7], values.iter().copied(), Storage::Double).is_err());
        write(&path, &[2], [0.1, 300.0].into_iter(), Storage::Single).unwrap();
        assert_eq!(read(&path).unwrap().values, [f64::from(0.1_f32), 300.0]);
    }

    #[test]
    fn versions_types_and_orders() {
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n";
        let array = parse(&file(2, header, &[1, 2, 3, 4, 5, 6])).unwrap();
        assert_eq!(array.values, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
        let header = "{\"descr\": 1, 'descr': '<i4', 'fortran_order': False, 'shape': (), }";
        assert_eq!(parse(&file(1, header, &(-3_i32).to_le_bytes())).unwrap().values, [-3.0]);
        let half = "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }";
        assert!(parse(&file(1, half, &[0; 2])).unwrap_err().contains("<f2"));
    }

    #[test]
    fn either_byte_order_in_either_order_of_indices() {
        let values = [1.0_f64, -2.5, 300.15, 7.0, 1e-30, 6.0];
        let by_columns = [1.0_f64, 7.0, -2.5, 1e-30, 300.15, 6.0];
        for (fortran, stored) in [("False", values), ("True", by_columns)] {
            for (kind, bytes) in [
                ("<f8", stored.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()),
                (">f8", stored.iter().flat_map(|v| v.to_be_bytes()).collect()),
            ] {
                let header = format!("{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': (2, 3), }}\n");
                let array = parse(&file(1, &header, &bytes)).unwrap();
                assert_eq!(array, Array { shape: vec![2, 3], values: values.to_vec() }, "{kind} {fortran}");
            }
        }
        let header = "{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }";
        let bytes: Vec<u8> = [-3_i32, 70_000].iter().flat_map(|v| v.to_be_bytes()).collect();
        assert_eq!(parse(&file(1, header, &bytes)).unwrap().values, [-3.0, 70_000.0]);
    }

    #[test]
    fn damaged_files_are_errors() {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n";
        let good = file(1, header, &[0; 48]);
        assert!(parse(&good).is_ok());
        for cut in 0..good.len() {
            assert!(parse(&good[..cut]).is_err(), "cut at {cut}");
        }
        for place in 0..good.len() {
            for new in [0, b'9', b'\'', b'(', 0xff] {
                let mut bytes = good.clone();
                bytes[place] = new;
                let _ = parse(&bytes);
            }
        }
        let wild = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}, {}), }}", u64::MAX, u64::MAX);
        assert!(parse(&file(1, &wild, &[])).is_err());
    }
}
