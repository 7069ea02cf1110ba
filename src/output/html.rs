//! `report.html`: one self-contained page with verdict, maps, curves, budgets and how to reproduce them.

mod entropy;
mod equilibrium;
mod explorer;
pub mod flight;
mod gas;
mod heat;
mod mixture;
pub mod phonon;
mod precision;
mod thermoelectric;

use super::base64;
use super::file::{OutputError, write_whole};
use super::gallery::{Shown, State};
use super::label::{self, TemperatureScale, significant};
use super::markup::{Table, escaped};
use super::plot::{Line, Plot};
use super::series::{Column, Series};
use super::series_plot::{self, Group, short_name};
use crate::report::{Region, Report, Temperature};
use std::io::Write;
use std::path::Path;

/// Everything on the page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What the run found.
    pub report: &'a Report,
    /// Over time.
    pub series: &'a Series,
    /// Maps.
    pub pictures: &'a [Shown],
    /// The last state.
    pub last: Option<&'a State>,
    /// Names of the materials.
    pub kinds: &'a [String],
    /// Command line that made it.
    pub command: &'a str,
    /// The scenario as it was written.
    pub text: &'a str,
    /// What temperatures are shown in.
    pub scale: TemperatureScale,
}

impl Page<'_> {
    /// Whether carriers fly.
    fn flies(&self) -> bool {
        self.report.phonon.is_some() || self.report.gas.is_some()
    }

    /// What heat is in.
    fn body(&self) -> &'static str {
        if self.report.gas.is_some() { "gas" } else { "solid" }
    }

    /// Writes the page.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), OutputError> {
        write_whole(path, |w| w.write_all(self.html().as_bytes()))
    }

    /// The page.
    pub fn html(&self) -> String {
        let report = self.report;
        let sections = [
            self.summary(),
            self.maps(),
            self.explorer(),
            self.heat(),
            self.thermoelectric(),
            self.mixture(),
            self.phonon(),
            self.gas(),
            self.budgets(),
            self.curves(),
            self.minimum_production(),
            self.audit(),
            self.losses(),
            self.regions(),
            self.materials(),
            self.probes(),
            self.local_equilibrium(),
            self.precision(),
            self.warnings(),
            self.how(),
        ];
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n<p class=\"faint\">{model} · {cells} cells · clausius {version}</p>\n{sections}</main>\n</body>\n</html>\n",
            title = escaped(&report.title),
            style = include_str!("page.css"),
            model = escaped(&report.model),
            cells = report.grid.cells.iter().map(usize::to_string).collect::<Vec<_>>().join(" × "),
            version = escaped(&report.version),
            sections = sections.concat(),
        )
    }

    /// A temperature with as many digits as the range of the state makes sense of.
    fn temperature(&self, kelvin: f64) -> String {
        let range = self.report.temperature.max - self.report.temperature.min;
        let factor = if self.scale == TemperatureScale::Fahrenheit { 1.8 } else { 1.0 };
        let shown = self.scale.show(kelvin);
        if range > 0.0 { label::within_range(shown, (range * factor).min(50.0)) } else { significant(shown, 7) }
    }

    fn optional_temperature(&self, temperature: Option<f64>) -> String {
        temperature.map_or_else(|| "–".to_owned(), |t| self.temperature(t))
    }

    fn three(&self, temperature: Option<Temperature>) -> Vec<String> {
        [temperature.map(|t| t.min), temperature.map(|t| t.mean), temperature.map(|t| t.max)]
            .map(|t| self.optional_temperature(t))
            .to_vec()
    }

    fn summary(&self) -> String {
        let report = self.report;
        let unit = self.scale.unit();
        let t = report.temperature;
        let name = report.state.verdict.name();
        let title = capital(name);
        let law = &report.second_law;
        let second = match (law.violations, law.checked) {
            (0, 0) => "not looked at".to_owned(),
            (0, n) => format!("kept in {n} places looked at"),
            (n, _) => format!("violated in {n} places"),
        };
        let (produces, production) = match &report.entropy.extended {
            Some(extended) => ("Extended entropy production", extended.production),
            None => ("Entropy production", report.entropy.production),
        };
        let facts = [
            ("Temperature", format!("{} to {} {unit}", self.temperature(t.min), self.temperature(t.max))),
            ("Mean temperature", format!("{} {unit}", self.temperature(t.mean))),
            (
                "Time reached",
                if report.time.end_s.is_nan() { "steady".to_owned() } else { label::time(report.time.end_s) },
            ),
            ("Heat from sources", power(report.sources.heat)),
            (produces, measured(production, 4, "W/K")),
            ("Energy closes to", significant(report.energy.closure, 2)),
            ("Second law", second),
            ("Computed in", seconds(report.time.wall_s)),
        ];
        let facts: String =
            facts.iter().map(|(k, v)| format!("<div><dt>{k}</dt><dd>{}</dd></div>\n", escaped(v))).collect();
        let warned = match report.warnings.len() {
            0 => String::new(),
            1 => "<p class=\"note\"><a href=\"#warnings\">There is a warning.</a></p>\n".to_owned(),
            n => format!("<p class=\"note\"><a href=\"#warnings\">There are {n} warnings.</a></p>\n"),
        };
        section(
            "",
            &format!(
                "<p class=\"verdict\"><span class=\"badge {name}\">{title}</span>{}</p>\n<p class=\"because\">{}.</p>\n<dl class=\"facts\">\n{facts}</dl>\n{warned}",
                escaped(&self.plain_verdict()),
                escaped(&capital(report.state.reason.trim_end_matches('.')))
            ),
        )
    }

    fn warnings(&self) -> String {
        let list = &self.report.warnings;
        if list.is_empty() {
            return String::new();
        }
        let items: String = list.iter().map(|w| format!("<li>{}</li>\n", escaped(w))).collect();
        format!("<section class=\"warnings\" id=\"warnings\"><h2>Warnings</h2><ul>\n{items}</ul></section>\n")
    }

    fn maps(&self) -> String {
        if self.pictures.is_empty() {
            return String::new();
        }
        let figures: String = self
            .pictures
            .iter()
            .map(|picture| {
                let (alt, data) = (escaped(&picture.caption), base64::encode(&picture.png));
                format!("<figure><img alt=\"{alt}\" src=\"data:image/png;base64,{data}\"></figure>\n")
            })
            .collect();
        section("Maps", &format!("<div class=\"maps\">\n{figures}</div>\n"))
    }

    fn curves(&self) -> String {
        let Some(time) = self.series.columns.first() else { return String::new() };
        let figure = |group: &Group| self.curve(time, group.title, group.unit, &group.columns);
        let figures: String = series_plot::groups(self.series).iter().filter_map(figure).collect();
        if figures.is_empty() {
            return String::new();
        }
        section("Over time", &format!("<div class=\"maps\">\n{figures}</div>\n"))
    }

    fn curve(&self, time: &Column, title: &str, unit: &str, columns: &[&Column]) -> Option<String> {
        let warm = unit == "K";
        let shown: Vec<Vec<f64>> = columns
            .iter()
            .map(|c| c.values.iter().map(|v| if warm { self.scale.show(*v) } else { *v }).collect())
            .collect();
        let lines = columns.iter().zip(&shown).map(|(c, values)| Line { name: short_name(c), values }).collect();
        let unit = if warm { self.scale.unit() } else { unit };
        Plot { title, times: &time.values, unit, lines }.figure()
    }

    fn probes(&self) -> String {
        let temperature = format!("temperature ({})", self.scale.unit());
        let mut table = Table::new(&["probe", &temperature, "at"]);
        for (name, probe) in &self.report.probes.0 {
            let place = probe.at_m.iter().map(|x| label::length(*x)).collect::<Vec<_>>().join(", ");
            table.row(vec![name.clone(), self.optional_temperature(probe.temperature), place]);
        }
        if table.is_empty() { String::new() } else { section("Probes", &table.html()) }
    }

    fn regions(&self) -> String {
        let unit = self.scale.unit();
        let heads = [
            "region",
            "material",
            "volume (m³)",
            "of its shape (%)",
            &format!("min ({unit})"),
            "mean",
            "max",
            "heat in (W)",
            "power (W)",
            "entropy production (W/K)",
        ];
        let mut table = Table::new(&heads);
        for (name, region) in &self.report.regions.0 {
            if let Region::Solid {
                material,
                volume_m3,
                volume_fraction,
                temperature,
                heat_in,
                power,
                entropy_production,
            } = region
            {
                let fraction = volume_fraction.map_or("–".to_owned(), |f| significant(100.0 * f, 4));
                let material = material.clone().unwrap_or_else(|| "–".to_owned());
                let mut row = vec![name.clone(), material, significant(*volume_m3, 5), fraction];
                row.extend(self.three(*temperature));
                row.extend([significant(*heat_in, 5), significant(*power, 5), significant(*entropy_production, 4)]);
                table.row(row);
            }
        }
        if table.is_empty() { String::new() } else { section("Regions", &table.html()) }
    }

    fn materials(&self) -> String {
        let unit = self.scale.unit();
        // Carriers hold at the temperature that they are linearised about.
        let mean = format!(" at {} {unit}", self.temperature(self.report.temperature.mean));
        let at = format!("conductivity (W/(m K)){}", if self.flies() { "" } else { &mean });
        let mut table = Table::new(&["material", &at, "heat capacity (J/(m³ K))", "volume (m³)"]);
        for (name, material) in &self.report.materials.0 {
            let number = |x: f64| if x.is_finite() { significant(x, 5) } else { "varies in space".to_owned() };
            let conductivity: Vec<String> = material.conductivity.iter().map(|k| number(*k)).collect();
            let told = if conductivity.is_empty() { "–".to_owned() } else { conductivity.join(", ") };
            table.row(vec![name.clone(), told, number(material.heat_capacity), significant(material.volume_m3, 5)]);
        }
        if table.is_empty() { String::new() } else { section("Materials", &table.html()) }
    }

    fn how(&self) -> String {
        let report = self.report;
        let backend = &report.backend;
        let mut table = Table::pairs();
        let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
        row("scenario", report.scenario.clone());
        row("version", format!("clausius {}", report.version));
        let by = if backend.kind == "cpu" { String::new() } else { format!("{} ", backend.api) };
        row("computed on", format!("{} ({}), {by}{}", backend.adapter, backend.kind, backend.driver));
        row("arithmetic", backend.precision.clone());
        row("method", backend.method.clone());
        row("steps", report.time.steps.to_string());
        row(
            "cell updates",
            format!(
                "{}, {} per second",
                significant(report.time.cell_updates as f64, 4),
                significant(report.time.cell_updates_per_s, 3)
            ),
        );
        let scenario = match self.text.trim() {
            "" => String::new(),
            text => format!("<details><summary>The scenario</summary><pre>{}</pre></details>\n", escaped(text)),
        };
        section("How to reproduce", &format!("<pre>{}</pre>\n{scenario}{}", escaped(self.command), table.html()))
    }
}

/// A time that was measured: three digits are enough.
fn seconds(time: f64) -> String {
    let (factor, unit) = label::time_unit(time);
    format!("{} {unit}", significant(time * factor, 3))
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// A number with its unit, or that it is not known.
fn measured(value: f64, digits: usize, unit: &str) -> String {
    if value.is_nan() { "not known".to_owned() } else { format!("{} {unit}", significant(value, digits)) }
}

fn power(watts: f64) -> String {
    if watts.is_nan() {
        return "not known".to_owned();
    }
    let (factor, unit) = label::scaled_unit("W", watts.abs());
    format!("{} {unit}", significant(watts * factor, 5))
}

fn section(title: &str, content: &str) -> String {
    let heading = if title.is_empty() { String::new() } else { format!("<h2>{title}</h2>\n") };
    format!("<section>{heading}{content}</section>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::output::field::{Field, Frame};
    use crate::report::tests::example;
    use crate::report::{Named, Thermoelectric};

    fn page(report: &Report) -> String {
        let series = Series {
            columns: vec![
                Column::new("time", "s", vec![0.0, 1.0, 2.0]),
                Column::new("probe <A> temperature", "K", vec![300.0, 310.0, 312.0]),
                Column::new("x_min heat", "W", vec![5.0, f64::NAN, 2.0]),
            ],
        };
        let pictures = [Shown { caption: "a \"map\"".into(), png: vec![1, 2, 3] }];
        let command = "clausius run 'a <b>.toml'";
        let grid = Grid::three_dimensional(
            Axis::uniform(0.0, 1.0, 200),
            Axis::uniform(0.0, 1.0, 30),
            Axis::uniform(0.0, 0.1, 40),
        );
        let values = (0..grid.len()).map(|i| if i == 7 { f64::NAN } else { 300.0 + i as f64 }).collect();
        let material = (0..grid.len()).map(|i| f64::from(i as u32 % 2)).collect();
        let fields = vec![Field::scalar("temperature", "K", values), Field::scalar("material", "1", material)];
        let last = State { index: 1, shown: fields.len(), frame: Frame { grid, time: None, fields } };
        let kinds = ["</script><b>".to_owned(), "steel".to_owned()];
        let scale = TemperatureScale::Celsius;
        let text = "title = \"<b>\" # the scenario";
        Page { report, series: &series, pictures: &pictures, last: Some(&last), kinds: &kinds, command, text, scale }
            .html()
    }

    #[test]
    fn the_page_is_complete_and_alone() {
        let html = page(&example());
        let verdict = html.find("Transient").unwrap();
        assert!(verdict < html.find("<h2>").unwrap(), "the verdict comes first");
        for part in [
            "Maps",
            "Look around",
            "Where the heat goes",
            "Budgets",
            "Over time",
            "Least production",
            "Second-law audit",
            "Where it loses",
            "Regions",
            "Materials",
            "Probes",
            "How far to trust the numbers",
            "Warnings",
            "How to reproduce",
        ] {
            assert!(html.contains(&format!("<h2>{part}</h2>")), "{part}");
        }
        assert!(html.contains("data:image/png;base64,AQID"));
        for outside in ["http:", "https:", "src=\"/", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        // letters of packed numbers may spell anything
        let data = html.find("explorer-data\">").unwrap()..html.find("</script>").unwrap();
        assert!(!html[..data.start].contains("NaN") && !html[data.end..].contains("NaN"));
        assert!(html.contains("Blocks of 2 cells"), "a large grid is thinned");
        assert_eq!(html.matches("</script>").count(), 2, "no name of a material ends the script");
    }

    #[test]
    fn user_texts_are_escaped() {
        let html = page(&example());
        for raw in ["<spreader>", "<warning>", "<A>", "<b>", "a \"map\""] {
            assert!(!html.contains(raw), "{raw}");
        }
        assert!(html.contains("Copper &lt;spreader&gt; &amp; &quot;die&quot;"));
        assert!(html.contains("title = &quot;&lt;b&gt;&quot; # the scenario"));
        assert!(html.contains("clausius run &#39;a &lt;b&gt;.toml&#39;"));
    }

    #[test]
    fn heat_over_a_contact_is_told_as_in_the_report() {
        let html = page(&example());
        assert!(html.contains("<th>first warmer by (K)</th>") && html.contains("<td>40</td><td>1.6</td>"));
    }

    #[test]
    fn electrical_power_is_part_of_the_balance() {
        let mut report = example();
        (report.sources.heat, report.boundaries.0[0].1.heat_in) = (0.0, 8.0);
        report.thermoelectric = Some(Thermoelectric {
            terminals: Named(Vec::new()),
            joule: 1.0,
            peltier: -7.0,
            thomson: 0.0,
            electrical_in: -6.0,
            electrical_work: f64::NAN,
            work_closure: 0.0,
            charge_error: 0.0,
            max_current_density: 1e4,
            engine: None,
        });
        let html = page(&report);
        assert!(html.contains("electrical power, through the terminals</td><td>−6</td>"));
        assert!(html.contains("stays in the solid</td><td>0</td>"));
    }

    #[test]
    fn no_part_is_told_of_no_heat_and_no_number_of_what_is_not_known() {
        let mut report = example();
        (report.sources.heat, report.boundaries.0[0].1.patches) = (0.0, Vec::new());
        (report.entropy.production, report.exergy.destruction) = (-3.2e-7, -5.24e-6);
        report.entropy.produced = f64::NAN;
        let html = page(&report);
        assert!(html.contains("<strong>−5.24 µW</strong> of work destroyed."));
        assert!(html.contains("was produced</td><td>not known</td>") && !html.contains("none J/K"));
        let through = page(&example());
        assert!(through.contains("of work destroyed, 7.45 % of the 40 W of heat that pass"));
    }

    #[test]
    fn temperatures_are_shown_on_the_scale_asked_for() {
        let html = page(&example());
        assert!(html.contains("25.0 to 80.1 °C") || html.contains("25.0 to 80.0 °C"), "298.15 K to 353.2 K");
    }
}
