//! What flies, direction by direction.

use super::phonon::spectral;
use crate::output::label::significant;
use crate::output::polar::Polar;
use crate::output::sheet::Sheet;
use crate::report::{Distribution, Report};

/// What directions carry at a point, in the plane that the heat flows along: the directions nearest to it.
pub fn polar(name: &str, found: &Distribution, in_plane: bool) -> Polar {
    let flux = found.flux.map(f64::abs);
    // the axis across the plane
    let across = if in_plane || flux[2] <= flux[0].min(flux[1]) { 2 } else { usize::from(flux[1] < flux[0]) };
    let axes = [0, 1, 2].into_iter().filter(|&a| a != across).collect::<Vec<usize>>();
    let along = [&found.x, &found.y, &found.z];
    let off = |n: usize| match across {
        2 => found.z[n].abs(),
        // a product of polar angles and azimuths: the azimuth nearest to the plane
        a => along[a][n].abs() / found.x[n].hypot(found.y[n]),
    };
    let least = (0..found.x.len()).map(off).fold(f64::INFINITY, f64::min);
    let mut points: Vec<(f64, f64, f64)> = Vec::new();
    for n in (0..found.x.len()).filter(|&n| off(n) < least + 1e-9) {
        let angle = along[axes[1]][n].atan2(along[axes[0]][n]);
        // both sides of the plane together
        match points.iter_mut().find(|p| (p.0 - angle).abs() < 1e-9) {
            Some(point) => (point.1, point.2) = (point.1 + found.deviation[n], point.2 + 1.0),
            None => points.push((angle, found.deviation[n], 1.0)),
        }
    }
    let letter = |a: usize| ["x", "y", "z"][a].to_owned();
    Polar {
        title: format!("Directions at {name}"),
        subtitle: format!("in the plane of {} and {}", letter(axes[0]), letter(axes[1])),
        axes: [letter(axes[0]), letter(axes[1])],
        names: [
            "temperature of what flies that way, less that of the equilibrium".to_owned(),
            format!("local equilibrium at {} K", significant(found.equilibrium, 8)),
        ],
        unit: "K".to_owned(),
        points: points.into_iter().map(|(angle, sum, count)| (angle, sum / count)).collect(),
    }
}

/// Pictures beside the maps, with the names of their files less the ending.
pub fn pictures(report: &Report) -> Vec<(String, Sheet)> {
    let distributions = match (&report.phonon, &report.gas) {
        (Some(phonon), _) => &phonon.distributions,
        (None, Some(gas)) => &gas.distributions,
        (None, None) => return Vec::new(),
    };
    let mut pictures: Vec<(String, Sheet)> = Vec::new();
    let mut add = |name: String, sheet: Option<Sheet>| {
        let Some(sheet) = sheet else { return };
        let plain: String =
            name.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
        let taken = pictures.iter().filter(|(other, _)| other.starts_with(&plain)).count();
        pictures.push((if taken == 0 { plain } else { format!("{plain}_{}", taken + 1) }, sheet));
    };
    if let Some(heat) = report.phonon.as_ref().and_then(spectral) {
        add(heat.title.to_lowercase().replace(' ', "_"), heat.draw());
    }
    for (name, found) in &distributions.0 {
        add(format!("distribution_{name}"), polar(name, found, report.grid.cells.len() == 2).draw());
    }
    pictures
}

/// The same, in a page.
pub(super) fn charts(report: &Report) -> String {
    pictures(report).iter().map(|(_, sheet)| format!("<div class=\"chart\">\n{}</div>\n", sheet.svg())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinetic::quadrature::Ordinates;

    /// In 3D the plane has the heat flux in it, and both of its sides are shown as one.
    #[test]
    fn the_plane_is_that_of_the_flux() {
        let ordinates = Ordinates::new(3, 8, 16);
        let component = |axis: usize| ordinates.direction.iter().map(|s| s[axis]).collect::<Vec<f64>>();
        let found = |flux: [f64; 3]| Distribution {
            equilibrium: 300.0,
            x: component(0),
            y: component(1),
            z: component(2),
            weight: ordinates.weight.clone(),
            deviation: component(2),
            flux,
        };
        let plot = polar("A", &found([0.0, 0.0, 1.0]), false);
        assert_eq!((plot.axes, plot.points.len()), (["y".to_owned(), "z".to_owned()], 16));
        assert!(plot.points.iter().all(|(angle, value)| (angle.sin() - value).abs() < 0.02));
        let level = polar("A", &found([1.0, 0.5, 0.0]), false);
        assert_eq!((level.axes, level.points.len()), (["x".to_owned(), "y".to_owned()], 16));
        assert!(level.points.iter().all(|(_, value)| value.abs() < 1e-12), "what goes up and down is told together");
    }
}
