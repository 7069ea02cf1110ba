//! Reading the VTK files that we write: raw appended little-endian data with 64-bit headers.

use crate::grid::{Axis, Grid};
use crate::output::field::{Field, Frame};
use crate::output::file::{OutputError, read_whole};
use std::path::Path;

/// Reads a `.vti` or `.vtr`.
///
/// # Errors
/// If the file cannot be read, is damaged, or is of a kind that we do not write (compressed, ASCII, base64, ...).
pub fn read(path: &Path) -> Result<Frame, OutputError> {
    let bytes = read_whole(path)?;
    frame(&bytes).map_err(|message| OutputError::invalid(path, message))
}

/// Reads a `.pvd` that we wrote: times (s) and files; nothing where there is none.
pub fn read_series(path: &Path) -> Vec<(f64, String)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let entry = |tag: Tag<'_>| Some((tag.get("timestep")?.parse().ok()?, plain(tag.get("file")?)));
    tags(&text).filter(|tag| tag.name == "DataSet").filter_map(entry).collect()
}

/// A tag with its attributes and the text up to the next one.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    text: &'a str,
}

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        while let Some((key, after)) = rest.split_once('=') {
            let value = after.trim_start().strip_prefix('"')?;
            let (value, next) = value.split_once('"')?;
            if key.trim() == name {
                return Some(value);
            }
            rest = next;
        }
        None
    }

    fn need(&self, name: &str) -> Result<&'a str, String> {
        self.get(name).ok_or_else(|| format!("<{}> lacks {name}", self.name))
    }
}

fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    text.split('<').skip(1).filter_map(|part| {
        let (inside, text) = part.split_once('>')?;
        let inside = inside.trim_end_matches('/');
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        Some(Tag { name, attributes, text })
    })
}

/// The content of a file.
pub(super) fn frame(bytes: &[u8]) -> Result<Frame, String> {
    const MARK: &[u8] = b"<AppendedData";
    let mark = bytes.windows(MARK.len()).position(|w| w == MARK).ok_or("no appended data: is it a VTK XML file?")?;
    let start = bytes[mark..].iter().position(|b| *b == b'_').ok_or("the appended data never begin")? + mark + 1;
    let header = std::str::from_utf8(&bytes[..start]).map_err(|_| "the header is no text")?;
    let data = &bytes[start..];

    let mut image = None;
    let mut section = "";
    let mut time = None;
    let mut depth = None;
    let mut extent = None;
    let mut origin = [0.0_f64; 3];
    let mut spacing = [1.0_f64; 3];
    let mut fields: Vec<(String, String, usize, Vec<f64>)> = Vec::new();
    let mut edges: Vec<Vec<f64>> = Vec::new();
    for tag in tags(header) {
        match tag.name {
            "VTKFile" => {
                image = Some(match tag.need("type")? {
                    "ImageData" => true,
                    "RectilinearGrid" => false,
                    other => return Err(format!("`{other}` is neither ImageData nor RectilinearGrid")),
                });
                for (key, value) in [("byte_order", "LittleEndian"), ("header_type", "UInt64")] {
                    if tag.need(key)? != value {
                        return Err(format!("{key} must be {value}"));
                    }
                }
                if tag.get("compressor").is_some() {
                    return Err("compressed data are not read: save it without compression".to_owned());
                }
            }
            "AppendedData" if tag.need("encoding")? != "raw" => return Err("the encoding must be raw".to_owned()),
            "ImageData" | "RectilinearGrid" => {
                extent = Some(numbers::<usize, 6>(tag.need("WholeExtent")?)?);
                if image == Some(true) {
                    origin = numbers(tag.need("Origin")?)?;
                    spacing = numbers(tag.need("Spacing")?)?;
                }
            }
            "FieldData" | "CellData" | "PointData" | "Coordinates" => section = tag.name,
            "DataArray" if section == "FieldData" => match tag.need("Name")? {
                "TimeValue" => time = Some(number(tag.text)?),
                "depth_m" => depth = Some(number(tag.text)?),
                _ => {}
            },
            "DataArray" if section == "CellData" && tag.need("Name")? != "vtkGhostType" => {
                let components = number(tag.get("NumberOfComponents").unwrap_or("1"))?;
                fields.push((plain(tag.need("Name")?), "1".to_owned(), components, array(&tag, data)?));
            }
            "DataArray" if section == "Coordinates" => edges.push(array(&tag, data)?),
            "InformationKey" if section == "CellData" && tag.get("name") == Some("UNITS_LABEL") => {
                if let Some(field) = fields.last_mut() {
                    field.1 = plain(tag.text.trim());
                }
            }
            _ => {}
        }
    }
    let extent = extent.ok_or("the extent is missing")?;
    if [0, 2, 4].iter().any(|i| extent[*i] != 0) || extent[1] == 0 || extent[3] == 0 {
        return Err("the extent must begin at 0 and hold cells".to_owned());
    }
    let cells = [extent[1], extent[3], extent[5].max(1)];
    let total = cells[0].checked_mul(cells[1]).and_then(|n| n.checked_mul(cells[2])).ok_or("too many cells")?;
    for (name, _, components, values) in &fields {
        if !matches!(components, 1 | 3) || Some(values.len()) != total.checked_mul(*components) {
            return Err(format!("`{name}` holds {} numbers where the grid has {total} cells", values.len()));
        }
    }
    if fields.is_empty() {
        return Err("there are no cell data".to_owned());
    }
    let flat = extent[5] == 0;
    let axes: Vec<Axis> = if image == Some(true) {
        let fine = |a: usize| spacing[a] > 0.0 && spacing[a] * cells[a] as f64 + origin[a].abs() < f64::MAX;
        if (0..3).any(|a| !fine(a) || origin[a] + spacing[a] <= origin[a]) {
            return Err("the spacing must be above zero".to_owned());
        }
        (0..3).map(|a| Axis::uniform(origin[a], spacing[a] * cells[a] as f64, cells[a])).collect()
    } else {
        (0..3).map(|a| graded(edges.get(a), cells[a], flat && a == 2)).collect::<Result<_, _>>()?
    };
    let [x, y, z]: [Axis; 3] = axes.try_into().map_err(|_| "there are not three axes")?;
    let grid = if flat {
        let depth = depth.unwrap_or(1.0);
        if !(depth > 0.0 && depth < f64::MAX) {
            return Err("the depth must be above zero".to_owned());
        }
        Grid::two_dimensional(x, y, depth)
    } else {
        Grid::three_dimensional(x, y, z)
    };
    let fields = fields
        .into_iter()
        .filter_map(|(name, unit, components, values)| Field::from_numbers(&name, &unit, components, values))
        .collect();
    Ok(Frame { grid, time, fields })
}

/// An axis from its edges; a flat one is one cell of no matter what width.
fn graded(edges: Option<&Vec<f64>>, cells: usize, flat: bool) -> Result<Axis, String> {
    let edges = edges.ok_or("coordinates are missing")?;
    if flat {
        return Ok(Axis::uniform(0.0, 1.0, 1));
    }
    if edges.len() != cells + 1 || !edges.windows(2).all(|e| e[0] < e[1]) || edges.iter().any(|e| !e.is_finite()) {
        return Err(format!("the {} coordinates of {cells} cells must be {} and rise", edges.len(), cells + 1));
    }
    Ok(Axis::from_edges(edges.clone()))
}

/// The numbers of an appended array.
fn array(tag: &Tag, data: &[u8]) -> Result<Vec<f64>, String> {
    if tag.need("format")? != "appended" {
        return Err("only appended data are read".to_owned());
    }
    let offset: usize = number(tag.need("offset")?)?;
    let after = data.get(offset..).ok_or("an array begins beyond the end of the file")?;
    let (size, after) = after.split_first_chunk::<8>().ok_or("the file ends within an array")?;
    let size = usize::try_from(u64::from_le_bytes(*size)).map_err(|_| "an array is too large")?;
    let raw = after.get(..size).ok_or("the file ends within an array")?;
    Ok(match tag.need("type")? {
        "Float64" => raw.as_chunks::<8>().0.iter().map(|c| f64::from_le_bytes(*c)).collect(),
        "Float32" => raw.as_chunks::<4>().0.iter().map(|c| f64::from(f32::from_le_bytes(*c))).collect(),
        "UInt8" => raw.iter().map(|b| f64::from(*b)).collect(),
        other => return Err(format!("arrays of {other} are not read")),
    })
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("`{}` is no number here", text.trim()))
}

fn numbers<T: std::str::FromStr + Copy + Default, const N: usize>(text: &str) -> Result<[T; N], String> {
    let list = text.split_whitespace().map(number).collect::<Result<Vec<T>, _>>()?;
    <[T; N]>::try_from(list).map_err(|_| format!("`{text}` must be {N} numbers"))
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
