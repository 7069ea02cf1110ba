//! How far Fourier's law carries, for those who never heard of mean free paths.

use super::{Page, section};
use crate::diagnostics::equilibrium::TRUSTED;
use crate::output::label::{self, significant};
use crate::output::markup::{Table, escaped};

impl Page<'_> {
    /// The numbers of local equilibrium, and what to compute with.
    pub(super) fn local_equilibrium(&self) -> String {
        let Some(local) = &self.report.local_equilibrium else { return String::new() };
        let states = if self.flies() { "in the last state" } else { "largest of up to ten states written" };
        let mut table = Table::new(&[states, "", "may be trusted below"]);
        let mut row = |name: &str, value: f64| {
            table.row(vec![name.to_owned(), significant(value, 3), significant(TRUSTED, 1)]);
        };
        row("mean free path over the shortest length that counts (Knudsen number)", local.largest.size);
        row("relative change of temperature over a mean free path", local.largest.gradient);
        if !self.report.time.end_s.is_nan() {
            row("time between collisions over the time in which temperatures change", local.largest.time);
            row("relative change of temperature in the time between collisions", local.largest.rate);
        }
        let place = local.at_m.iter().map(|x| label::length(*x)).collect::<Vec<_>>().join(", ");
        let known = match local.known_fraction {
            part if part < 0.999_999 => format!(
                " Of {} % of the solid nothing is known: its materials give no mean_free_path.",
                significant(100.0 * (1.0 - part), 3)
            ),
            _ => String::new(),
        };
        let map = if self.flies() { "" } else { "; fields = [\"knudsen\"] draws its map" };
        let text = format!(
            "<p>{}</p>\n{}<p class=\"note\">All are below {TRUSTED} in {} % of the volume. The Knudsen number is largest in {} at {place}{map}.{known}</p>\n",
            escaped(&local.text),
            table.html(),
            significant(100.0 * local.valid_fraction, 4),
            escaped(&local.material),
        );
        section("Local equilibrium", &text)
    }
}
