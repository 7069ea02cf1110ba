//! Runs of rows of the same kinds. What kinds make of the cells of a row stays in registers as long as they stay: links to the row above are looked up anew
//! where that differs, all others where the row itself does, and until the last level has them they are handed on. Such a device runs what no thread wants too,
//! but it does not go round a loop in vain: hence four loops in each other in place of branches.

use super::super::{Cells, Text, line};
use super::PAD;
use std::fmt::Write;
use std::ops::Range;

impl Text {
    /// The turns of a thread up to the last.
    pub(super) fn runs(&mut self) {
        let until = |text: &mut Text, since: &str| {
            line!(text, "{PAD}if {since}turn == turns {{\n{PAD}    break;\n{PAD}}}\n{PAD}}}");
        };
        line!(self, "{PAD}loop {{");
        self.look_up();
        line!(self, "{PAD}loop {{");
        self.look_up_above();
        line!(self, "{PAD}loop {{\n{PAD}loop {{");
        self.turn();
        line!(self, "{PAD}turn += 1;\n{PAD}own_new = since == 0;");
        self.read_kinds();
        until(self, &format!("since <= {} || ", self.levels() + 1));
        self.hand_on();
        until(self, "own_new || since == 0 || ");
        until(self, "own_new || ");
        until(self, "");
    }

    /// Reads the kinds of row `s`; those read before are its lower neighbour's.
    pub(super) fn read_kinds(&mut self) {
        line!(self, "{PAD}since += 1;\n{PAD}changed = false;");
        for (v, p) in self.packs_read() {
            let place = self.place(v, p);
            line!(self, "{PAD}own{v}_{p} = ahead{v}_{p};");
            line!(
                self,
                "{PAD}ahead{v}_{p} = select(VOID_WORD, kinds_from(u32({place})), s >= 0 && s < depth && has_x{p} && has_y{v}) & 0x7f7f7f7fu;"
            );
            line!(self, "{PAD}changed = changed | (own{v}_{p} != ahead{v}_{p});");
        }
        // threads that ask each other stay together
        let changed = if self.asks() { "subgroupAny(changed)" } else { "changed" };
        line!(self, "{PAD}since = select(since, 0, {changed});");
    }

    /// Names that what a level knows of its row's kinds has, as far as level `of` needs it; links to the row below come from the turn before.
    pub(super) fn looked_up(&self, level: usize, of: usize) -> Vec<String> {
        let cells = self.cells_of(of + 1);
        let [wide, high] = self.faces_of(of + 1);
        let named = |name: &str, places: &[(usize, usize)]| -> Vec<String> {
            places.iter().map(|(v, c)| format!("{name}{level}_{v}_{c}")).collect()
        };
        let mut names =
            [named("link_above", &cells), named("capacity", &cells), named("link_x", &wide), named("link_y", &high)]
                .concat();
        if self.has_given() {
            names.extend(named("slope", &cells));
            self.steps_of(of).for_each(|l| names.extend(named(&format!("beyond{l}_at"), &cells)));
        }
        names
    }

    /// The steps from a level's on that do something of their own at walls.
    pub(super) fn steps_of(&self, level: usize) -> Range<usize> {
        if self.vary { level..self.levels() } else { 0..1 }
    }

    /// Whether some cells may have walls or sources.
    pub(super) fn has_given(&self) -> bool {
        matches!(self.cells, Cells::Any { .. })
    }

    fn kind(&self, row: &str, v: usize, c: usize) -> String {
        format!("extractBits({row}{v}_{}, {}u, 7u)", c / self.pack(), 8 * (c % self.pack()))
    }

    /// What the kinds of the row of level 0 tell, but for those above.
    fn look_up(&mut self) {
        for (v, c) in self.cells_of(0) {
            let kind = self.kind("own", v, c);
            line!(self, "{PAD}let kind_{v}_{c} = {kind};");
        }
        let [wide, high] = self.faces_of(1);
        for (v, c) in wide {
            line!(self, "{PAD}link_x0_{v}_{c} = link(0u, kind_{v}_{}, kind_{v}_{c});", c - 1);
        }
        if self.asks() {
            let last = self.blocking.lines - 1;
            for c in self.across(1) {
                line!(self, "{PAD}let kind_south_{c} = subgroupShuffleUp(kind_{last}_{c}, 1u);");
                line!(self, "{PAD}let kind_north_{c} = subgroupShuffleDown(kind_0_{c}, 1u);");
            }
        }
        for (v, c) in high {
            let lower = if v > 0 { format!("kind_{}_{c}", v - 1) } else { format!("kind_south_{c}") };
            let upper = if v < self.blocking.lines { format!("kind_{v}_{c}") } else { format!("kind_north_{c}") };
            line!(self, "{PAD}link_y0_{v}_{c} = link(1u, {lower}, {upper});");
        }
        for (v, c) in self.cells_of(1) {
            let kind = format!("kind_{v}_{c}");
            line!(self, "{PAD}capacity0_{v}_{c} = per_capacity({kind}, step);");
            if self.has_given() {
                line!(self, "{PAD}slope0_{v}_{c} = slope_of({kind});");
                for l in self.steps_of(0) {
                    line!(self, "{PAD}beyond{l}_at0_{v}_{c} = row[{l}u * ROW_STRIDE + 1u + {kind}];");
                }
            }
        }
    }

    /// Links to the row above that of level 0.
    fn look_up_above(&mut self) {
        for (v, c) in self.cells_of(1) {
            let (own, above) = (self.kind("own", v, c), self.kind("ahead", v, c));
            line!(self, "{PAD}link_above0_{v}_{c} = link(STREAM, {own}, {above});");
        }
    }

    /// What a level knows of its row, the next one needs of the same row one turn later.
    fn hand_on(&mut self) {
        for l in (0..self.levels()).rev() {
            for (v, c) in self.cells_of(l + 1) {
                line!(self, "{PAD}link_below{l}_{v}_{c} = link_above{l}_{v}_{c};");
            }
            if l > 0 {
                for (to, from) in self.looked_up(l, l).iter().zip(self.looked_up(l - 1, l)) {
                    line!(self, "{PAD}{to} = {from};");
                }
            }
        }
    }
}
