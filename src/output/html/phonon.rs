//! Phonons in flight: size effects, where entropy is produced, what flies.

use super::{Page, section};
use crate::output::chart::{Chart, Curve, Run};
use crate::output::label::significant;
use crate::output::markup::{Table, escaped};
use crate::output::polar::Polar;
use crate::output::sheet::Sheet;
use crate::report::{BandHeat, Distribution, Phonon, Report};

/// How the conductivity of each material accumulates over the mean free path.
pub fn accumulation(phonon: &Phonon) -> Chart {
    let curves = phonon.spectra.0.iter().map(|(name, s)| {
        let points = s.accumulation.mean_free_path.iter().copied().zip(s.accumulation.share.iter().copied());
        Curve { name: name.clone(), points: points.collect(), marked: false }
    });
    Chart {
        title: "Conductivity over the mean free path".to_owned(),
        labels: ["mean free path (m)".to_owned(), "part carried over shorter ones".to_owned()],
        curves: curves.collect(),
        ..Chart::default()
    }
}

/// Rows of `accumulation.csv`: the mean free path and a column for each material.
pub fn accumulation_csv(phonon: &Phonon) -> String {
    let spectra = &phonon.spectra.0;
    let mut text = "mean_free_path_m".to_owned();
    spectra.iter().for_each(|(name, _)| text += &format!(",share_of_{name}"));
    text.push('\n');
    let paths = spectra.first().map_or(&[][..], |(_, s)| &s.accumulation.mean_free_path);
    for (n, path) in paths.iter().enumerate() {
        text += &format!("{path:e}");
        spectra.iter().for_each(|(_, s)| text += &format!(",{:.8}", s.accumulation.share[n]));
        text.push('\n');
    }
    text
}

/// The heat that bands carry against their mean free paths, and added up; none for gray carriers.
pub fn spectral(phonon: &Phonon) -> Option<Chart> {
    let bands = &phonon.spectral.as_ref()?.bands;
    let bulk: f64 = bands.iter().map(|b| b.bulk_conductivity).sum();
    let mut below = 0.0;
    let in_bulk = bands.iter().map(|b| {
        below += b.bulk_conductivity / bulk;
        (b.mean_free_path, below)
    });
    let curve = |name: &str, points: Vec<(f64, f64)>, marked: bool| Curve { name: name.to_owned(), points, marked };
    let of = |value: fn(&BandHeat) -> f64| bands.iter().map(|b| (b.mean_free_path, value(b))).collect();
    Some(Chart {
        title: "Heat by mean free path".to_owned(),
        labels: ["mean free path (m)".to_owned(), "part of the heat".to_owned()],
        runs: [Run::Fitting, Run::Linear],
        curves: vec![
            curve("each band", of(|b| b.share), true),
            curve("all up to it", of(|b| b.accumulated), false),
            curve("all up to it in the bulk", in_bulk.collect(), false),
        ],
        ..Chart::default()
    })
}

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
    let Some(phonon) = &report.phonon else { return Vec::new() };
    let mut pictures: Vec<(String, Sheet)> = Vec::new();
    let mut add = |name: String, sheet: Option<Sheet>| {
        let Some(sheet) = sheet else { return };
        let plain: String =
            name.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
        let taken = pictures.iter().filter(|(other, _)| other.starts_with(&plain)).count();
        pictures.push((if taken == 0 { plain } else { format!("{plain}_{}", taken + 1) }, sheet));
    };
    add("heat_by_mean_free_path".to_owned(), spectral(phonon).and_then(|chart| chart.draw()));
    for (name, found) in &phonon.distributions.0 {
        add(format!("distribution_{name}"), polar(name, found, report.grid.cells.len() == 2).draw());
    }
    pictures
}

impl Page<'_> {
    /// What the carriers do that Fourier's law does not know.
    pub(super) fn phonon(&self) -> String {
        let Some(p) = &self.report.phonon else { return String::new() };
        let mut facts = Table::pairs();
        let mut row = |name: &str, value: f64, unit: &str| {
            if value.is_finite() {
                facts.row(vec![name.to_owned(), format!("{} {unit}", significant(value, 5))]);
            }
        };
        row("Knudsen number", p.knudsen, "");
        row("effective conductivity", p.effective_conductivity, "W/(m K)");
        row("rate of decay of the range of temperatures", p.decay_rate, "1/s");
        row("conductivity of the bulk", p.bulk_conductivity, "W/(m K)");
        row("entropy produced by collisions", p.entropy.bulk, "W/K");
        row("entropy produced at walls", p.entropy.wall, "W/K");
        if let Some(f) = &p.fourier {
            row("effective conductivity by Fourier's law", f.effective_conductivity, "W/(m K)");
            row("largest difference of temperature from Fourier's law", f.largest_difference, "K");
        }
        let mut html = facts.html();
        if !p.points.0.is_empty() {
            let mut points = Table::new(&["point", "pseudo-temperature (K)", "|flux| (W/m²)", "unrest (K)"]);
            for (name, point) in &p.points.0 {
                let flux = point.flux.iter().map(|q| q * q).sum::<f64>().sqrt();
                let cells =
                    [significant(point.pseudo_temperature, 8), significant(flux, 4), significant(point.unrest, 3)];
                points.row([vec![name.clone()], cells.to_vec()].concat());
            }
            html += &format!("<h3>At the probes</h3>\n{}", points.html());
        }
        // a single band is told by the Knudsen number already
        if p.spectra.0.iter().any(|(_, s)| s.bands.len() > 1) {
            let mut table = Table::new(&["material", "branch", "heat capacity (J/(m³ K))", "conductivity (W/(m K))"]);
            for (name, s) in &p.spectra.0 {
                let cells = |c: f64, k: f64| vec![significant(c, 5), significant(k, 5)];
                table.row([vec![name.clone(), "all".to_owned()], cells(s.heat_capacity, s.conductivity)].concat());
                for (branch, b) in &s.branches.0 {
                    table.row([vec![String::new(), branch.clone()], cells(b.heat_capacity, b.conductivity)].concat());
                }
            }
            html += &format!("<h3>What flies</h3>\n{}", table.html());
            for (name, s) in p.spectra.0.iter().filter(|(_, s)| !s.source.is_empty()) {
                let at = s.temperature.map_or(String::new(), |t| format!(" at {t} K"));
                html += &format!("<p class=\"note\">{}{at}: {}.</p>\n", escaped(name), escaped(&s.source));
            }
            if let Some(sheet) = accumulation(p).draw() {
                html += &format!("<div class=\"chart\">\n{}</div>\n", sheet.svg());
            }
        }
        for (_, sheet) in pictures(self.report) {
            html += &format!("<div class=\"chart\">\n{}</div>\n", sheet.svg());
        }
        section("Phonons", &html)
    }
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
