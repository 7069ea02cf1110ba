//! `phonon = { ... }` of a material: which carriers fly in it.

use super::item::{Bound, Item, number};
use super::regions::read_name;
use super::section::Section;
use super::{phonon_modes, phonon_spectrum};
use crate::kinetic::medium::Band;
use crate::quantity;
use crate::spectrum::Spectral;

/// What one band is told by.
const OF_A_BAND: [&str; 4] = ["heat_capacity", "group_velocity", "mean_free_path", "relaxation_time"];

/// Reads a spectrum, a table of modes, bands, or one band.
pub(super) fn read(item: &Item<'_>) -> Option<Spectral> {
    let section = item.section()?;
    let Some((form, item)) = section.one_of(&["bands", "modes", "spectrum"]) else {
        return read_band(&section).map(|band| Spectral::of_bands(vec![(band, String::new())]));
    };
    let remedy = match form {
        "bands" => "write it into each of the bands, or remove `bands`".to_owned(),
        _ => format!("remove it: it follows from `{form}`"),
    };
    section.later(&OF_A_BAND, &format!("cannot stand beside `{form}`"), &remedy);
    match form {
        "bands" => {
            section.finish();
            read_bands(&item)
        }
        "modes" => {
            let count = section.get("bands_of_modes");
            section.finish();
            let count = match count {
                Some(item) => item.count(1000)? as usize,
                None => phonon_modes::BANDS,
            };
            phonon_modes::read(&item, count)
        }
        _ => phonon_spectrum::read(&item, &section),
    }
}

fn read_bands(bands: &Item<'_>) -> Option<Spectral> {
    let list = bands.list()?;
    if list.is_empty() || list.len() > 1000 {
        bands.error(format!("{} bands are no spectrum", list.len()), "list from 1 to 1000 bands");
        return None;
    }
    let of = |item: &Item<'_>| {
        let section = item.section()?;
        let branch = section.get("branch");
        let band = read_band(&section)?;
        Some((band, branch.map_or(Some(String::new()), |name| read_name(&name))?))
    };
    let bands: Vec<Option<_>> = list.iter().map(of).collect();
    Some(Spectral::of_bands(bands.into_iter().collect::<Option<_>>()?))
}

/// m/s.
const LIGHT: f64 = 299_792_458.0;

/// Shortest mean free path, m.
const SHORTEST: f64 = 1e-15;

/// C, v and the mean free path or the time between collisions.
fn read_band(section: &Section<'_>) -> Option<Band> {
    let capacity = section.require("heat_capacity", "add heat_capacity = \"1.66e6 J/(m^3 K)\"");
    let velocity = section.require("group_velocity", "add group_velocity = \"6400 m/s\"");
    let path = section.one_of(&["mean_free_path", "relaxation_time"]);
    if path.is_none() {
        section.require("mean_free_path", "add mean_free_path = \"40 nm\", or relaxation_time = \"6 ps\"");
    }
    section.finish();
    let heat_capacity = capacity?.quantity(quantity::HEAT_CAPACITY_VOLUMETRIC, Bound::Positive);
    let item = velocity?;
    let velocity = item.quantity(quantity::VELOCITY, Bound::Positive)?;
    if velocity > LIGHT {
        item.error(format!("{} m/s is faster than light", number(velocity)), "sound in solids takes 1e3 to 2e4 m/s");
        return None;
    }
    let (item, mean_free_path) = match path? {
        ("relaxation_time", item) => {
            let time = item.quantity(quantity::TIME, Bound::Positive)?;
            (item, time * velocity)
        }
        (_, item) => {
            let path = item.quantity(quantity::LENGTH, Bound::Positive)?;
            (item, path)
        }
    };
    if mean_free_path < SHORTEST {
        item.error(
            format!("the mean free path is {} m, shorter than a nucleus is wide", number(mean_free_path)),
            "where nothing flies use model = \"heat\"",
        );
        return None;
    }
    Some(Band { heat_capacity: heat_capacity?, velocity, mean_free_path })
}
