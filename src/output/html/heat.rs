//! Where the heat goes: faces, patches, regions, contacts, pairs.

use super::{Page, section};
use crate::output::label::significant;
use crate::output::markup::Table;
use crate::report::Region;

/// Pairs that are shown; the others are in report.json.
const PAIRS: usize = 20;

impl Page<'_> {
    /// Heat through surfaces and from sources, over contacts and between neighbours.
    pub(super) fn heat(&self) -> String {
        section("Where the heat goes", &(self.surfaces() + &self.contacts() + &self.pairs() + &self.molten()))
    }

    fn surfaces(&self) -> String {
        let report = self.report;
        let unit = self.scale.unit();
        let filling = report.filling();
        let into = format!("into the {filling}, now");
        let heads = [&into, "W", "surface min", "mean", "max"];
        let mut table = Table::new(&heads);
        let mut sum = report.sources.heat;
        for (name, face) in &report.boundaries.0 {
            sum += face.heat_in;
            table.row([vec![name.clone(), significant(face.heat_in, 5)], self.three(face.surface)].concat());
            for patch in face.patches.iter().filter(|_| face.patches.len() > 1) {
                let part = patch.index.map_or("beams".to_owned(), |n| format!("entry {}", n + 1));
                let name = format!("– {name}, {part}");
                table.row([vec![name, significant(patch.heat_in, 5)], self.three(patch.surface)].concat());
            }
        }
        for (name, region) in &report.regions.0 {
            if let Region::Void { heat_in, surface, .. } = region {
                sum += heat_in;
                table.row([vec![name.clone(), significant(*heat_in, 5)], self.three(*surface)].concat());
            }
        }
        let plain = |name: &str, heat: f64| {
            let mut row = vec![name.to_owned(), significant(heat, 5)];
            row.resize(5, String::new());
            row
        };
        table.row(plain("sources", report.sources.heat));
        if let Some(device) = &report.thermoelectric {
            sum += device.electrical_in;
            table.row(plain("electrical power, through the terminals", device.electrical_in));
        }
        table.row(plain(&format!("stays in the {filling}"), sum));
        let note = format!(
            "<p class=\"note\">A negative number leaves. Surface temperatures in {unit}, on the face itself.</p>\n"
        );
        table.html() + &note
    }

    fn contacts(&self) -> String {
        let mut table = Table::new(&["contact", "area (m²)", "W, first to second", "first warmer by (K)"]);
        for contact in &self.report.contacts {
            table.row(vec![
                contact.between.join(" → "),
                significant(contact.area_m2, 4),
                significant(contact.heat, 5),
                significant(contact.temperature_step, 4),
            ]);
        }
        if table.is_empty() { String::new() } else { format!("<h3>Over contacts</h3>\n{}", table.html()) }
    }

    fn molten(&self) -> String {
        let mut table = Table::new(&["material", "molten (%)", "molten (m³)", "latent heat in it (J)"]);
        for (name, material) in &self.report.materials.0 {
            if let Some(molten) = &material.melting {
                table.row(vec![
                    name.clone(),
                    significant(100.0 * molten.liquid_fraction, 4),
                    significant(molten.liquid_volume_m3, 4),
                    significant(molten.latent_heat, 5),
                ]);
            }
        }
        if table.is_empty() { String::new() } else { format!("<h3>Molten</h3>\n{}", table.html()) }
    }

    fn pairs(&self) -> String {
        let mut pairs: Vec<_> = self.report.interfaces.iter().collect();
        pairs.sort_by(|a, b| b.heat.abs().total_cmp(&a.heat.abs()));
        let mut table = Table::new(&["from → to", "between", "area (m²)", "W"]);
        for pair in pairs.iter().take(PAIRS) {
            // in the direction in which the heat runs
            let mut names = pair.between.clone().map(|name| name.unwrap_or_else(|| "the rest".to_owned()));
            if pair.heat < 0.0 {
                names.reverse();
            }
            let row = [significant(pair.area_m2, 4), significant(pair.heat.abs(), 5)];
            table.row([vec![names.join(" → "), pair.of.to_owned()], row.to_vec()].concat());
        }
        if table.is_empty() {
            return String::new();
        }
        let more = match pairs.len().saturating_sub(PAIRS) {
            0 => String::new(),
            n => format!("<p class=\"note\">{n} more pairs are in report.json.</p>\n"),
        };
        format!("<h3>Between neighbours</h3>\n{}{more}", table.html())
    }
}
