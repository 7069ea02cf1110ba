//! Shapes from pictures and arrays: a mask image, a stack of images, a `.npy` array.

use super::item::{Bound, Item};
use crate::output::npy;
use crate::quantity;
use crate::region::{Mask, Shape};
use glam::DVec3;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A picture: for each element its gray level, or its colour.
struct Pixels {
    /// Along x, y.
    size: [usize; 2],
    levels: Levels,
}

enum Levels {
    /// From the top row down, 0 to 255, or to 65535 where the file has 16 bits.
    Gray(Vec<f64>),
    Colour(Vec<[u8; 3]>),
}

/// Which elements are meant.
enum Choice {
    /// Within these levels, both included.
    Gray([f64; 2]),
    Colour([u8; 3]),
}

/// The file beside the scenario.
pub(super) fn beside(item: &Item<'_>, name: &str) -> PathBuf {
    Path::new(&item.document.file).parent().unwrap_or(Path::new("")).join(name.trim())
}

/// `{ file = "mask.png", gray = [128, 255] }` or `color = "#ff0000"`, with `box` for its place (the whole grid if it is left
/// out). Several files, or a TIFF of several pages, are slices from the low end of z up; one in 3D reaches through the box.
pub(super) fn read_image(item: &Item<'_>, dimensions: usize, extent: Option<(DVec3, DVec3)>) -> Option<Shape> {
    let section = item.section()?;
    let form = "write { file = \"mask.png\", gray = [128, 255] }, or color = \"#ff0000\"";
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
    let (low, high) = read_place(place.as_ref(), item, dimensions, extent)?;
    let file = file?;
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
    if dimensions == 2 && slices.len() > 1 {
        file.error(format!("{} slices make a 3D body", slices.len()), "name one image in 2D");
        return None;
    }
    let mut inside = Vec::with_capacity(size[0] * size[1] * slices.len());
    for slice in &slices {
        for y in (0..size[1]).rev() {
            for x in 0..size[0] {
                match chosen(&slice.levels, y * size[0] + x, &choice) {
                    Some(is) => inside.push(is),
                    None => {
                        choice_item.error(
                            "the image has colours, not gray levels",
                            "write color = \"#rrggbb\", or save the image as gray",
                        );
                        return None;
                    }
                }
            }
        }
    }
    mask(&choice_item, low, high, [size[0], size[1], slices.len()], inside)
}

/// `{ file = "map.npy", values = [1, 1] }`: elements of an array [nz, ny, nx], in 2D [ny, nx], within both values.
pub(super) fn read_array(item: &Item<'_>, dimensions: usize, extent: Option<(DVec3, DVec3)>) -> Option<Shape> {
    let section = item.section()?;
    let form = "write { file = \"map.npy\", values = [1, 1] }: the elements from the first value to the second";
    let file = section.require("file", form);
    let place = section.get("box");
    let values = section.require("values", form);
    section.finish();
    let (file, values) = (file?, values?);
    let range = read_levels(&values)?;
    let (low, high) = read_place(place.as_ref(), item, dimensions, extent)?;
    let path = beside(&file, file.text()?);
    let array = match npy::read(&path) {
        Ok(array) => array,
        Err(error) => {
            file.error(error.to_string(), "name a .npy file; a relative path counts from the scenario's folder");
            return None;
        }
    };
    if array.shape.len() != dimensions {
        file.error(
            format!("the array has shape {:?}, the grid has {dimensions} axes", array.shape),
            "the axes of the array are z, y, x (in 2D y, x)",
        );
        return None;
    }
    let mut size = [1; 3];
    for (a, n) in array.shape.iter().rev().enumerate() {
        size[a] = *n;
    }
    let inside = array.values.iter().map(|v| (range[0]..=range[1]).contains(v)).collect();
    mask(&values, low, high, size, inside)
}

fn mask(choice: &Item<'_>, low: DVec3, high: DVec3, size: [usize; 3], inside: Vec<bool>) -> Option<Shape> {
    if !inside.iter().any(|i| *i) {
        choice.error("no element of the file is meant by this", "look at the values of the file");
        return None;
    }
    Some(Shape::Mask(Arc::new(Mask { low, high, size, inside })))
}

fn read_levels(item: &Item<'_>) -> Option<[f64; 2]> {
    let levels = item.quantities(2, "values", quantity::DIMENSIONLESS, Bound::Any)?;
    if levels[0] > levels[1] {
        item.error("has its high end first", "write [low, high]; both ends count");
        return None;
    }
    Some([levels[0], levels[1]])
}

/// `#rrggbb`.
fn read_colour(item: &Item<'_>) -> Option<[u8; 3]> {
    let text = item.text()?;
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6).and_then(|d| u32::from_str_radix(d, 16).ok());
    if digits.is_none() {
        item.error(
            format!("\"{text}\" is no colour"),
            "write \"#rrggbb\" with hexadecimal digits, such as \"#ff0000\"",
        );
    }
    let [_, r, g, b] = digits?.to_be_bytes();
    Some([r, g, b])
}

/// Where a picture lies: its box, else the whole grid.
fn read_place(
    place: Option<&Item<'_>>,
    item: &Item<'_>,
    dimensions: usize,
    extent: Option<(DVec3, DVec3)>,
) -> Option<(DVec3, DVec3)> {
    if let Some(place) = place {
        return match super::shapes::read_box(place, dimensions)? {
            Shape::Box { low, high } => Some((low, high)),
            _ => None,
        };
    }
    if extent.is_none() && !item.document.is_broken() {
        item.error("has no place", "add box = [[x, y], [x, y]]");
    }
    let (mut low, mut high) = extent?;
    if dimensions == 2 {
        (low.z, high.z) = (f64::NEG_INFINITY, f64::INFINITY);
    }
    Some((low, high))
}

fn chosen(levels: &Levels, at: usize, choice: &Choice) -> Option<bool> {
    Some(match (levels, choice) {
        (Levels::Gray(levels), Choice::Gray([low, high])) => (*low..=*high).contains(&levels[at]),
        (Levels::Colour(colours), Choice::Colour(colour)) => colours[at] == *colour,
        (Levels::Gray(levels), Choice::Colour(colour)) => colour.iter().all(|c| f64::from(*c) == levels[at]),
        (Levels::Colour(_), Choice::Gray(_)) => return None,
    })
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
