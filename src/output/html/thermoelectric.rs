//! What charge and heat do to each other.

use super::{Page, power, section};
use crate::output::label::significant;
use crate::output::markup::Table;

impl Page<'_> {
    /// Terminals, heats of the current, and the device as an engine.
    pub(super) fn thermoelectric(&self) -> String {
        let Some(t) = &self.report.thermoelectric else { return String::new() };
        let mut terminals = Table::new(&["terminal", "potential (V)", "current in (A)", "power in (W)", "load (W)"]);
        for (name, row) in &t.terminals.0 {
            let load = row.load.map_or_else(|| "–".to_owned(), |w| significant(w, 5));
            let cells = [row.potential, row.current, row.power].map(|v| significant(v, 6));
            terminals.row([vec![name.clone()], cells.to_vec(), vec![load]].concat());
        }
        let mut heats = Table::pairs();
        let mut row = |name: &str, value: String| heats.row(vec![name.to_owned(), value]);
        row("power of the terminals", power(t.electrical_in));
        row("Joule's heat", power(t.joule));
        row("Peltier's heat, at junctions and leads", power(t.peltier));
        row("Thomson's heat, in the bulk", power(t.thomson));
        row("these agree to", significant(t.work_closure, 2));
        row("charge is conserved to", format!("{} A", significant(t.charge_error, 2)));
        row("largest current density", format!("{} A/m²", significant(t.max_current_density, 4)));
        if let Some(e) = &t.engine {
            let unit = self.scale.unit();
            row(
                "colder surface",
                format!("{} {unit}, {} into the device", self.temperature(e.cold), power(e.cold_heat)),
            );
            row("warmer surface", format!("{} {unit}, {} into the device", self.temperature(e.hot), power(e.hot_heat)));
            let against = |got: f64, bound: Option<f64>| match bound.filter(|b| b.is_finite()) {
                Some(bound) => format!("{} (Carnot: {})", significant(got, 4), significant(bound, 4)),
                None => significant(got, 4),
            };
            if let Some(cop) = e.cop {
                row("coefficient of performance", against(cop, e.carnot_cop));
            }
            if let Some(efficiency) = e.efficiency {
                row("efficiency", against(efficiency, e.carnot_efficiency));
            }
        }
        section("Charge and heat", &(terminals.html() + &heats.html()))
    }
}
