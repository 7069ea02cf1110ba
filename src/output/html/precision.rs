//! What rounding, time step and grid contribute.

use super::{Page, section};
use crate::output::label::significant;
use crate::output::markup::{Table, escaped};

impl Page<'_> {
    /// The precision ledger.
    pub(super) fn precision(&self) -> String {
        let precision = &self.report.precision;
        let measured = precision.measured.as_ref();
        let range = self.report.temperature.max - self.report.temperature.min;
        let kelvin = |error: Option<f64>| error.map_or_else(|| "–".to_owned(), |e| format!("{} K", significant(e, 2)));
        let mut table = Table::new(&["what is wrong by", "foretold", "measured", "of the range of temperatures"]);
        let flies = self.flies();
        let rows = [
            ("rounding", precision.rounding, measured.and_then(|m| m.rounding)),
            ("time step", precision.time_step, measured.and_then(|m| m.time_step)),
            ("grid", precision.grid, measured.and_then(|m| m.grid)),
            ("directions", None, measured.and_then(|m| m.directions)),
            (if self.report.gas.is_some() { "speeds" } else { "bands" }, None, measured.and_then(|m| m.bands)),
        ];
        for (name, foretold, found) in &rows[..if flies { 5 } else { 3 }] {
            let (foretold, found) = (*foretold, *found);
            let part =
                found.or(foretold).filter(|_| range > 0.0).map(|e| format!("{} %", significant(100.0 * e / range, 2)));
            let part = part.unwrap_or_else(|| "–".to_owned());
            table.row(vec![(*name).to_owned(), kelvin(foretold), kelvin(found), part]);
        }
        let ways = if flies {
            ", space comes in cells, and what flies has so many directions and speeds"
        } else {
            ", and space comes in cells"
        };
        let mut text = format!(
            "<p>A computed temperature is wrong by these things: numbers have so many digits ({} here), time goes in steps{ways}. \
             What the materials and boundaries are told wrongly comes on top, and is mostly more.</p>\n{}",
            escaped(&precision.storage),
            table.html()
        );
        if let Some(exact) = &precision.exact {
            text += &format!(
                "<p>This run counts heat in whole numbers. Energy that is there less what was there and what has entered: {} quanta of {} J. \
                 The same run has the checksum <code>{}</code> on every processor that computes rightly.</p>\n",
                exact.left_quanta,
                significant(exact.joule, 3),
                exact.checksum
            );
        }
        match measured {
            Some(measured) => {
                let mut twins = Table::new(&[
                    "the run repeated",
                    "cells",
                    "steps",
                    "largest difference",
                    "root mean square",
                    "heat through surfaces",
                ]);
                for twin in &measured.twins {
                    let differences = [twin.largest, twin.rms].map(|d| format!("{} K", significant(d, 2)));
                    let counts = [twin.cells_total.to_string(), twin.steps.to_string()];
                    let heat = twin.heat_difference.map(|part| format!("{} %", significant(100.0 * part, 2)));
                    let heat = heat.unwrap_or_else(|| "–".to_owned());
                    twins.row([vec![twin.differs.clone()], counts.to_vec(), differences.to_vec(), vec![heat]].concat());
                }
                text += &twins.html();
                if let Some(order) = measured.grid_order {
                    text += &format!(
                        "<p class=\"note\">From grid to grid the difference falls with order {} of the width of the cells.</p>\n",
                        significant(order, 3)
                    );
                }
                let notes = measured.notes.iter().map(|n| format!("<p class=\"note\">{}</p>\n", escaped(n)));
                text.extend(notes);
            }
            None => {
                let more = if flies {
                    ", on two coarser grids, and with half the directions and speeds or bands"
                } else {
                    " and on two coarser grids"
                };
                text += &format!(
                    "<p class=\"note\">What is foretold is an estimate from the run itself. clausius run --ledger measures it: it repeats the run in f64, with half the time \
                     step{more}.</p>\n"
                );
            }
        }
        text.extend(precision.notes.iter().map(|n| format!("<p class=\"note\">{}</p>\n", escaped(n))));
        section("How far to trust the numbers", &text)
    }
}
