//! Shapes from pictures and arrays: a mask image, a stack of images, a `.npy` array.

use super::item::{Bound, Item, metres, number};
use crate::lattice::Lattice;
use crate::output::npy;
use crate::quantity;
use crate::region::{Mask, Shape};
use glam::DVec3;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Elements of a picture, of a stack of them, or of an array, laid in their place.
pub(super) struct Elements {
    pub lattice: Arc<Lattice>,
    pub levels: Levels,
}

/// Of each element its gray level or number, or its colour.
pub(super) enum Levels {
    Gray(Vec<f64>),
    Colour(Vec<[u8; 3]>),
}

/// Which elements are meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Choice {
    /// Within these levels, both included.
    Gray([f64; 2]),
    Colour([u8; 3]),
}

impl Choice {
    /// Whether an element is meant; a gray colour and its level are the same.
    pub fn holds(&self, levels: &Levels, at: usize) -> bool {
        match (levels, self) {
            (Levels::Gray(levels), Choice::Gray([low, high])) => (*low..=*high).contains(&levels[at]),
            (Levels::Colour(colours), Choice::Colour(colour)) => colours[at] == *colour,
            (Levels::Gray(levels), Choice::Colour(colour)) => colour.iter().all(|c| f64::from(*c) == levels[at]),
            (Levels::Colour(colours), Choice::Gray([low, high])) => {
                let [r, g, b] = colours[at];
                r == g && g == b && (*low..=*high).contains(&f64::from(r))
            }
        }
    }
}

impl Elements {
    /// Elements that a choice means as a shape; an error where there is none.
    pub fn chosen(&self, choice: &Choice, item: &Item<'_>) -> Option<Shape> {
        if matches!((&self.levels, choice), (Levels::Colour(_), Choice::Gray(_))) {
            item.error(
                "the image has colours, not gray levels",
                "write color = \"#rrggbb\", or save the image as gray",
            );
            return None;
        }
        let inside: Vec<bool> = (0..self.len()).map(|n| choice.holds(&self.levels, n)).collect();
        if !inside.iter().any(|i| *i) {
            item.error("no element of the file is meant by this", "look at the values of the file");
            return None;
        }
        Some(self.shape(inside))
    }

    /// Some of the elements as a shape.
    pub fn shape(&self, inside: Vec<bool>) -> Shape {
        Shape::Mask(Arc::new(Mask { lattice: Arc::clone(&self.lattice), inside }))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.levels {
            Levels::Gray(levels) => levels.len(),
            Levels::Colour(colours) => colours.len(),
        }
    }
}

/// The file beside the scenario.
pub(super) fn beside(item: &Item<'_>, name: &str) -> PathBuf {
    Path::new(&item.document.file).parent().unwrap_or(Path::new("")).join(name.trim())
}

/// `{ file = "mask.png", gray = [128, 255] }` or `color = "#ff0000"`, with `box` for its place (the whole grid if it is left
/// out).
pub(super) fn read_image(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let section = item.section()?;
    let form = "write { file = \"mask.png\", gray = [128, 255] }, or color = \"#ff0000\"; to name a material for each colour add a `legend` to the region";
    let file = section.require("file", form);
    let place = section.get("box");
    let choice = section.one_of(&["gray", "color"]);
    section.finish();
    let Some((kind, choice_item)) = choice else {
        item.error("does not say which picture elements are meant", form);
        return None;
    };
    let choice = if kind == "gray" {
        Choice::Gray(read_levels(&choice_item)?)
    } else {
        Choice::Colour(read_colour(&choice_item)?)
    };
    picture(&file?, place.as_ref(), dimensions)?.chosen(&choice, &choice_item)
}

/// `{ file = "map.npy", values = [1, 1] }`: elements of an array within both values.
pub(super) fn read_array(item: &Item<'_>, dimensions: usize) -> Option<Shape> {
    let section = item.section()?;
    let form = "write { file = \"map.npy\", values = [1, 1] }: the elements from the first value to the second; to name a material for each value add a `legend` to the region";
    let file = section.require("file", form);
    let place = section.get("box");
    let values = section.require("values", form);
    section.finish();
    let (file, values) = (file?, values?);
    let choice = Choice::Gray(read_levels(&values)?);
    array(&file, place.as_ref(), dimensions)?.chosen(&choice, &values)
}

/// All of an image or an array that a legend tells the materials of: `"map.png"` or `{ file = "map.png", box = [...] }`.
pub(super) fn read_elements(item: &Item<'_>, kind: &str, dimensions: usize) -> Option<Elements> {
    let (file, place) = if item.as_text().is_some() || item.is_list() {
        (item.clone(), None)
    } else {
        let section = item.section()?;
        let file = section.require("file", "write { file = \"map.png\" }");
        let place = section.get("box");
        section.later(
            &["gray", "color", "values"],
            "cannot stand beside the `legend` of its region",
            "keep one of the two: the legend tells what every element is",
        );
        section.finish();
        (file?, place)
    };
    if kind == "image" { picture(&file, place.as_ref(), dimensions) } else { array(&file, place.as_ref(), dimensions) }
}

/// Reads pictures. Several files, or a TIFF of several pages, are slices from the low end of z up; one in 3D reaches through
/// its place.
fn picture(file: &Item<'_>, place: Option<&Item<'_>>, dimensions: usize) -> Option<Elements> {
    let (low, high) = read_place(place, file, dimensions)?;
    let files = if file.is_list() { file.list()? } else { vec![file.clone()] };
    let mut slices: Vec<Pixels> = Vec::new();
    for file in &files {
        let path = beside(file, file.text()?);
        match read_pixels(&path) {
            Ok(pages) => slices.extend(pages),
            Err(reason) => {
                file.error(
                    format!("{}: {reason}", path.display()),
                    "name a PNG or TIFF image; a relative path counts from the scenario's folder",
                );
                return None;
            }
        }
    }
    let size = slices.first().map_or([0, 0], |s| s.size);
    if let Some(n) = slices.iter().position(|s| s.size != size) {
        file.error(
            format!("slice {} has {:?} picture elements, the first has {size:?}", n + 1, slices[n].size),
            "give all slices the same size",
        );
        return None;
    }
    if slices.is_empty() {
        file.error("names no image", "name at least one");
        return None;
    }
    if dimensions == 2 && slices.len() > 1 {
        file.error(format!("{} slices make a 3D body", slices.len()), "name one image in 2D");
        return None;
    }
    tell_of_stretch(&files[0], size, high - low);
    let lattice = Arc::new(Lattice::uniform(low, high, [size[0], size[1], slices.len()]));
    let colours = slices.iter().any(|s| matches!(s.levels, Levels::Colour(_)));
    // from the bottom row up
    let order = || {
        slices
            .iter()
            .flat_map(|s| (0..size[1]).rev().flat_map(move |y| (0..size[0]).map(move |x| (s, x + size[0] * y))))
    };
    let levels = if colours {
        Levels::Colour(order().map(|(slice, n)| slice.levels.colour(n)).collect())
    } else {
        Levels::Gray(order().map(|(slice, n)| slice.levels.gray(n)).collect())
    };
    Some(Elements { lattice, levels })
}

/// Says so where picture elements come out longer along x or y.
fn tell_of_stretch(file: &Item<'_>, size: [usize; 2], place: DVec3) {
    /// What cutting a picture to whole elements makes goes unsaid, and so does this part.
    const SLIGHT: f64 = 0.01;
    let [own, filled] = [size[0] as f64 / size[1] as f64, place.x / place.y];
    let stretch = filled / own;
    if stretch.max(1.0 / stretch) > 1.0 + SLIGHT + 1.0 / size[0].min(size[1]) as f64 {
        let ratio = |r: f64| if r >= 1.0 { format!("{} : 1", number3(r)) } else { format!("1 : {}", number3(1.0 / r)) };
        file.document.warn(format!(
            "{} is stretched: it has {} x {} picture elements ({}) and fills {} x {} ({}); give it a box of its own ratio, or [grid] one, unless that is meant",
            file.as_text().unwrap_or_default().trim(),
            size[0],
            size[1],
            ratio(own),
            metres(place.x),
            metres(place.y),
            ratio(filled)
        ));
    }
}

/// With three decimals at most.
fn number3(value: f64) -> String {
    number((1e3 * value).round() / 1e3)
}

/// Reads an array of shape [nz, ny, nx], in 2D [ny, nx]; one of shape [ny, nx] in 3D reaches through its place. Without a place
/// it covers the grid, element by cell where there are as many.
fn array(file: &Item<'_>, place: Option<&Item<'_>>, dimensions: usize) -> Option<Elements> {
    let (lattice, values) = read_numbers(file, place, dimensions)?;
    Some(Elements { lattice: Arc::new(lattice), levels: Levels::Gray(values) })
}

/// As [`array`]: the elements and their values.
pub(super) fn read_numbers(
    file: &Item<'_>,
    place: Option<&Item<'_>>,
    dimensions: usize,
) -> Option<(Lattice, Vec<f64>)> {
    let path = beside(file, file.text()?);
    let array = match npy::read(&path) {
        Ok(array) => array,
        Err(error) => {
            file.error(error.to_string(), "name a .npy file; a relative path counts from the scenario's folder");
            return None;
        }
    };
    let shape = &array.shape;
    if !(2..=dimensions).contains(&shape.len()) || shape.contains(&0) {
        file.error(
            format!("the array has shape {shape:?}, the grid has {dimensions} axes"),
            "the axes of the array are z, y, x (in 2D, or for the same at every z, y, x)",
        );
        return None;
    }
    let mut size = [1; 3];
    for (a, n) in shape.iter().rev().enumerate() {
        size[a] = *n;
    }
    let (low, high) = read_place(place, file, dimensions)?;
    let of_cells = file.document.grid.get().filter(|_| place.is_none()).map(Lattice::of);
    let of_cells = of_cells.map(|l| if size[2] == 1 { l.flat() } else { l }).filter(|l| l.size() == size);
    Some((of_cells.unwrap_or_else(|| Lattice::uniform(low, high, size)), array.values))
}

pub(super) fn read_levels(item: &Item<'_>) -> Option<[f64; 2]> {
    let levels = item.quantities(2, "values", quantity::DIMENSIONLESS, Bound::Any)?;
    if levels[0] > levels[1] {
        item.error("has its high end first", "write [low, high]; both ends count");
        return None;
    }
    Some([levels[0], levels[1]])
}

/// The colour of `#rrggbb`.
pub(super) fn parse_colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([r, g, b])
}

fn read_colour(item: &Item<'_>) -> Option<[u8; 3]> {
    let text = item.text()?;
    let colour = parse_colour(text);
    if colour.is_none() {
        item.error(
            format!("\"{text}\" is no colour"),
            "write \"#rrggbb\" with hexadecimal digits, such as \"#ff0000\"",
        );
    }
    colour
}

/// Where a picture lies: its box, else the whole grid.
fn read_place(place: Option<&Item<'_>>, item: &Item<'_>, dimensions: usize) -> Option<(DVec3, DVec3)> {
    if let Some(place) = place {
        return match super::shapes::read_box(place, dimensions)? {
            Shape::Box { low, high } => Some((low, high)),
            _ => None,
        };
    }
    let grid = item.document.grid.get();
    if grid.is_none() && !item.document.is_broken() {
        item.error("has no place", "add box = [[x, y], [x, y]]");
    }
    let whole = Lattice::of(grid?);
    Some((whole.low(), whole.high()))
}

/// A picture: for each element its gray level, or its colour, from the top row down.
struct Pixels {
    /// Along x, y.
    size: [usize; 2],
    /// Gray to 255, or to 65535 where the file has 16 bits.
    levels: Levels,
}

impl Levels {
    fn gray(&self, n: usize) -> f64 {
        match self {
            Levels::Gray(levels) => levels[n],
            Levels::Colour(colours) => f64::from(colours[n][0]),
        }
    }

    fn colour(&self, n: usize) -> [u8; 3] {
        match self {
            Levels::Gray(levels) => [levels[n] as u8; 3],
            Levels::Colour(colours) => colours[n],
        }
    }
}

fn read_pixels(path: &Path) -> Result<Vec<Pixels>, String> {
    let tiff = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tif") || e.eq_ignore_ascii_case("tiff"));
    if tiff { read_tiff(path) } else { read_png(path).map(|p| vec![p]) }
}

fn read_png(path: &Path) -> Result<Pixels, String> {
    let image = image::ImageReader::open(path)
        .and_then(image::ImageReader::with_guessed_format)
        .map_err(|e| e.to_string())?
        .decode()
        .map_err(|e| e.to_string())?;
    let size = [image.width() as usize, image.height() as usize];
    let levels = match &image {
        image::DynamicImage::ImageLuma8(gray) => Levels::Gray(gray.pixels().map(|p| f64::from(p.0[0])).collect()),
        image::DynamicImage::ImageLuma16(gray) => Levels::Gray(gray.pixels().map(|p| f64::from(p.0[0])).collect()),
        _ => Levels::Colour(image.to_rgb8().pixels().map(|p| p.0).collect()),
    };
    Ok(Pixels { size, levels: levels.grayed() })
}

impl Levels {
    /// Colours that are all gray are gray levels.
    fn grayed(self) -> Levels {
        match self {
            Levels::Colour(colours) if colours.iter().all(|[r, g, b]| r == g && g == b) => {
                Levels::Gray(colours.iter().map(|c| f64::from(c[0])).collect())
            }
            levels => levels,
        }
    }
}

fn read_tiff(path: &Path) -> Result<Vec<Pixels>, String> {
    use tiff::ColorType;
    use tiff::decoder::{Decoder, DecodingResult};
    let text = |e: tiff::TiffError| e.to_string();
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let mut decoder = Decoder::new(std::io::BufReader::new(file)).map_err(text)?;
    let mut pages = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().map_err(text)?;
        let colour = decoder.colortype().map_err(text)?;
        let values: Vec<f64> = match decoder.read_image().map_err(text)? {
            DecodingResult::U8(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::U16(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::U32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::I8(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::I16(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::I32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::F32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::F64(v) => v,
            _ => return Err("samples of this width are not read; save it with 8, 16 or 32 bits".into()),
        };
        let size = [width as usize, height as usize];
        let levels = match colour {
            ColorType::Gray(_) => Levels::Gray(values),
            ColorType::RGB(8) => {
                Levels::Colour(values.chunks_exact(3).map(|c| [c[0] as u8, c[1] as u8, c[2] as u8]).collect())
            }
            ColorType::RGBA(8) => {
                Levels::Colour(values.chunks_exact(4).map(|c| [c[0] as u8, c[1] as u8, c[2] as u8]).collect())
            }
            other => return Err(format!("colours of kind {other:?} are not read; save it as gray or 8-bit RGB")),
        };
        pages.push(Pixels { size, levels: levels.grayed() });
        if !decoder.more_images() {
            return Ok(pages);
        }
        decoder.next_image().map_err(text)?;
    }
}
