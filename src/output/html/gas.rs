//! A rarefied gas: how often its molecules meet, and what that does to heat.

use super::flight::charts;
use super::{Page, section};
use crate::output::label::significant;
use crate::output::markup::Table;

impl Page<'_> {
    /// What molecules in flight do that Fourier's law does not know.
    pub(super) fn gas(&self) -> String {
        let Some(g) = &self.report.gas else { return String::new() };
        let mut facts = Table::pairs();
        let mut row = |name: &str, value: f64, unit: &str| {
            if value.is_finite() {
                facts.row(vec![name.to_owned(), format!("{} {unit}", significant(value, 5))]);
            }
        };
        row("pressure", g.pressure, "Pa");
        row("mean free path", g.mean_free_path, "m");
        row("Knudsen number", g.knudsen, "");
        row("rarefaction parameter", g.rarefaction, "");
        row("effective conductivity", g.effective_conductivity, "W/(m K)");
        row("rate of decay of the range of temperatures", g.decay_rate, "1/s");
        row("conductivity where collisions are many", g.bulk_conductivity, "W/(m K)");
        row("lowest density over the mean", g.density.min, "");
        row("highest density over the mean", g.density.max, "");
        row("highest bulk velocity", g.largest_velocity, "m/s");
        row("entropy produced by collisions", g.entropy.bulk, "W/K");
        row("entropy produced at walls", g.entropy.wall, "W/K");
        if let Some(f) = &g.fourier {
            row("effective conductivity by Fourier's law", f.effective_conductivity, "W/(m K)");
            row("largest difference of temperature from Fourier's law", f.largest_difference, "K");
        }
        let about = format!(
            "<p class=\"note\">Linearised about {} K: good for temperature differences that are small beside it.</p>\n",
            significant(g.reference_temperature, 6)
        );
        let mut html = facts.html() + &about;
        if !g.points.0.is_empty() {
            let head =
                ["point", "temperature (K)", "density (kg/m³)", "|velocity| (m/s)", "|flux| (W/m²)", "unrest (K)"];
            let mut points = Table::new(&head);
            let length = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
            for (name, p) in &g.points.0 {
                let values =
                    [(p.temperature, 8), (p.density, 6), (length(p.velocity), 4), (length(p.flux), 4), (p.unrest, 3)];
                let cells = values.map(|(value, digits)| significant(value, digits));
                points.row([vec![name.clone()], cells.to_vec()].concat());
            }
            html += &format!("<h3>At the probes</h3>\n{}", points.html());
        }
        section("Gas", &(html + &charts(self.report)))
    }
}
