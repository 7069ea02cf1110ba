//! Phonons in flight: size effects, where entropy is produced, what flies.

use super::flight::charts;
use super::{Page, section};
use crate::output::chart::{Chart, Curve, Run};
use crate::output::label::significant;
use crate::output::markup::{Table, escaped};
use crate::report::{BandHeat, Phonon};
use std::f64::consts::TAU;

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

/// The heat that bands carry against their mean free paths, or against the frequencies that several materials share, and added up;
/// none for gray carriers.
pub fn spectral(phonon: &Phonon) -> Option<Chart> {
    let bands = &phonon.spectral.as_ref()?.bands;
    if bands.iter().any(|b| !b.mean_free_path.is_finite()) {
        let of = |value: fn(&BandHeat) -> f64| {
            bands.iter().filter_map(|b| Some((b.frequency? / TAU * 1e-12, value(b)))).collect::<Vec<_>>()
        };
        let curve = |name: &str, points, marked| Curve { name: name.to_owned(), points, marked };
        return Some(Chart {
            title: "Heat by frequency".to_owned(),
            labels: ["frequency (THz)".to_owned(), "part of the heat".to_owned()],
            runs: [Run::Linear; 2],
            curves: vec![
                curve("each interval", of(|b| b.share), true),
                curve("all up to it", of(|b| b.accumulated), false),
            ],
            ..Chart::default()
        });
    }
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
        html += &charts(self.report);
        section("Phonons", &html)
    }
}
