//! Writing VTK files.

use super::HIDDEN_CELL;
use crate::grid::{Axis, Grid};
use crate::output::field::{Field, Frame, Storage};
use crate::output::file::{OutputError, write_whole};
use std::io::{self, Write};
use std::path::Path;

/// `vti` where all axes have equal cells, else `vtr`.
pub fn extension(grid: &Grid) -> &'static str {
    if (0..3).all(|a| grid.axis(a).is_uniform()) { "vti" } else { "vtr" }
}

/// Writes the fields of one time. The grid decides the format, so the name should end in [`extension`].
/// A 2D grid is written as a plane, with its depth as field data; void cells are marked as hidden.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, frame: &Frame, storage: Storage) -> Result<(), OutputError> {
    write_whole(path, |w| {
        let mut file = Document { storage, offset: 0, header: String::new() };
        let plan = file.describe(frame);
        w.write_all(file.header.as_bytes())?;
        for array in &plan {
            array.put(w, storage)?;
        }
        w.write_all(b"\n  </AppendedData>\n</VTKFile>\n")
    })
}

/// Writes a `.pvd`: times (s) and the files that hold them, relative to the `.pvd`.
///
/// # Errors
/// If the file cannot be written.
pub fn write_series(path: &Path, frames: &[(f64, String)]) -> Result<(), OutputError> {
    write_whole(path, |w| {
        writeln!(w, "<?xml version=\"1.0\"?>")?;
        writeln!(w, "<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n  <Collection>")?;
        for (time, file) in frames {
            writeln!(w, "    <DataSet timestep=\"{time}\" group=\"\" part=\"0\" file=\"{}\"/>", escaped(file))?;
        }
        writeln!(w, "  </Collection>\n</VTKFile>")
    })
}

enum Array<'a> {
    Field(&'a Field),
    Edges(&'a [f64]),
    Hidden(Vec<u8>),
}

impl Array<'_> {
    fn put(&self, w: &mut impl Write, storage: Storage) -> io::Result<()> {
        match self {
            Array::Field(field) => {
                let bytes = field.len() * field.components() * storage.bytes();
                w.write_all(&(bytes as u64).to_le_bytes())?;
                field.numbers().try_for_each(|v| storage.put(w, v))
            }
            Array::Edges(edges) => {
                w.write_all(&((edges.len() * 8) as u64).to_le_bytes())?;
                edges.iter().try_for_each(|v| Storage::Double.put(w, *v))
            }
            Array::Hidden(flags) => {
                w.write_all(&(flags.len() as u64).to_le_bytes())?;
                w.write_all(flags)
            }
        }
    }
}

struct Document {
    storage: Storage,
    offset: usize,
    header: String,
}

impl Document {
    /// Writes the header up to the data; returns the arrays in the order of their data.
    fn describe<'a>(&mut self, frame: &'a Frame) -> Vec<Array<'a>> {
        let grid = &frame.grid;
        let flat = grid.dimensions() == 2;
        let cells = grid.cells();
        let extent = format!("0 {} 0 {} 0 {}", cells[0], cells[1], if flat { 0 } else { cells[2] });
        let image = extension(grid) == "vti";
        let kind = if image { "ImageData" } else { "RectilinearGrid" };
        self.line(0, "<?xml version=\"1.0\"?>");
        self.line(
            0,
            &format!("<VTKFile type=\"{kind}\" version=\"1.0\" byte_order=\"LittleEndian\" header_type=\"UInt64\">"),
        );
        let axes = [0, 1, 2].map(|a| grid.axis(a));
        if image {
            let origin = axes.map(|a| a.low().to_string()).join(" ");
            let spacing = axes.map(|a| a.widths()[0].to_string()).join(" ");
            self.line(1, &format!("<{kind} WholeExtent=\"{extent}\" Origin=\"{origin}\" Spacing=\"{spacing}\">"));
        } else {
            self.line(1, &format!("<{kind} WholeExtent=\"{extent}\">"));
        }
        self.line(2, "<FieldData>");
        let time = frame.time.map(|t| ("TimeValue", t));
        let depth = flat.then(|| ("depth_m", axes[2].length()));
        for (name, value) in time.into_iter().chain(depth) {
            self.line(
                3,
                &format!("<DataArray type=\"Float64\" Name=\"{name}\" NumberOfTuples=\"1\" format=\"ascii\">{value}</DataArray>"),
            );
        }
        self.line(2, "</FieldData>");
        self.line(2, &format!("<Piece Extent=\"{extent}\">"));
        let mut arrays = Vec::new();
        self.line(3, "<CellData>");
        for field in &frame.fields {
            let kind = match self.storage {
                Storage::Double => "Float64",
                Storage::Single => "Float32",
            };
            let bytes = field.len() * field.components() * self.storage.bytes();
            let attributes = format!("Name=\"{}\" NumberOfComponents=\"{}\"", escaped(&field.name), field.components());
            self.array(kind, &attributes, bytes, Some(&field.unit));
            arrays.push(Array::Field(field));
        }
        let hidden = hidden_cells(frame);
        if hidden.iter().any(|h| *h != 0) {
            self.array("UInt8", "Name=\"vtkGhostType\"", hidden.len(), None);
            arrays.push(Array::Hidden(hidden));
        }
        self.line(3, "</CellData>");
        if !image {
            self.line(3, "<Coordinates>");
            for (axis, name) in axes.into_iter().zip(["x", "y", "z"]) {
                let edges = edges(axis, flat && name == "z");
                self.array("Float64", &format!("Name=\"{name}\""), edges.len() * 8, None);
                arrays.push(Array::Edges(edges));
            }
            self.line(3, "</Coordinates>");
        }
        self.line(2, "</Piece>");
        self.line(1, &format!("</{kind}>"));
        self.line(1, "<AppendedData encoding=\"raw\">");
        self.header += "  _";
        arrays
    }

    fn array(&mut self, kind: &str, attributes: &str, bytes: usize, unit: Option<&str>) {
        let open = format!("<DataArray type=\"{kind}\" {attributes} format=\"appended\" offset=\"{}\"", self.offset);
        match unit {
            Some(unit) => {
                let unit = escaped(unit);
                let key =
                    format!("<InformationKey name=\"UNITS_LABEL\" location=\"vtkDataArray\">{unit}</InformationKey>");
                self.line(4, &format!("{open}>{key}</DataArray>"));
            }
            None => self.line(4, &format!("{open}/>")),
        }
        self.offset += 8 + bytes;
    }

    fn line(&mut self, depth: usize, text: &str) {
        self.header += &"  ".repeat(depth);
        self.header += text;
        self.header.push('\n');
    }
}

/// Edges of an axis; of a flat one only the low end.
fn edges(axis: &Axis, flat: bool) -> &[f64] {
    if flat { &axis.edges()[..1] } else { axis.edges() }
}

/// Marks cells without a value.
fn hidden_cells(frame: &Frame) -> Vec<u8> {
    let mut hidden = vec![0; frame.grid.len()];
    for field in &frame.fields {
        let components = field.components();
        for (i, _) in field.numbers().enumerate().filter(|(_, v)| v.is_nan()) {
            hidden[i / components] = HIDDEN_CELL;
        }
    }
    hidden
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
