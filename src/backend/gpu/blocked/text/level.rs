//! What a level makes of a row.

use super::super::blocking::Blocking;
use super::{Cells, Text, line};
use std::fmt::Write;

impl Text {
    /// What another thread showed of a cell of a level one row ago.
    fn seen(&self, level: usize, cell: [usize; 2], of: &str) -> String {
        let threads = self.blocking.threads[0] * self.blocking.threads[1];
        let cells = self.blocking.shown(self.three);
        let number = cells.iter().position(|&shown| shown == cell).unwrap_or(0);
        format!("shelf[shown + {}u + {of}]", (level * cells.len() + number) * threads)
    }

    /// Row `s - 2 - l` of level l + 1; `s` is already one further.
    pub(super) fn level(&mut self, l: usize) {
        let pad = "        ";
        let (columns, lines) = (self.blocking.columns, self.blocking.lines);
        for v in self.lines() {
            // differences along x, one more than columns
            let (west, east) = if self.blocking.subgroups {
                (
                    format!("subgroupShuffleUp(u{l}_{v}_{}, 1u)", columns - 1),
                    format!("subgroupShuffleDown(u{l}_{v}_0, 1u)"),
                )
            } else {
                (self.seen(l, [v, columns - 1], "west"), self.seen(l, [v, 0], "east"))
            };
            for c in 0..=columns {
                let right = if c < columns { format!("u{l}_{v}_{c}") } else { east.clone() };
                let left = if c > 0 { format!("u{l}_{v}_{}", c - 1) } else { west.clone() };
                line!(self, "{pad}let dx{l}_{v}_{c} = {right} - {left};");
            }
        }
        for c in self.columns() {
            if self.three {
                for v in 0..=lines {
                    let upper = if v < lines { format!("u{l}_{v}_{c}") } else { self.seen(l, [0, c], "north") };
                    let lower =
                        if v > 0 { format!("u{l}_{}_{c}", v - 1) } else { self.seen(l, [lines - 1, c], "south") };
                    line!(self, "{pad}let dy{l}_{v}_{c} = {upper} - {lower};");
                }
            }
            for v in self.lines() {
                line!(self, "{pad}let above{l}_{v}_{c} = new{l}_{v}_{c} - u{l}_{v}_{c};");
            }
        }
        if self.any() {
            for (v, c) in self.cells() {
                line!(self, "{pad}var new{}_{v}_{c} = 0.0;", l + 1);
                if self.kept() {
                    line!(self, "{pad}var rest{}_{v}_{c} = 0.0;", l + 1);
                }
                if self.walls() {
                    let before = if l > 0 { format!("sum{l}_{v}_{c}") } else { "0.0".into() };
                    line!(self, "{pad}var seen{}_{v}_{c} = {before};", l + 1);
                }
            }
            let apart = |w: usize| (0..columns - 4 * w).take(4).map(|c| 0x80_u32 << (8 * c)).sum::<u32>();
            let words: Vec<String> = self
                .lines()
                .flat_map(|v| self.words().map(move |w| (v, w)))
                .map(|(v, w)| format!("(word{v}_{w}_{} & {:#x}u)", l + 1, apart(w)))
                .collect();
            line!(self, "{pad}if ({}) == 0u {{", words.join(" | "));
            line!(self, "{pad}    let alike = alike_of(word0_0_{} & 127u, step);", l + 1);
            self.alike(l, "            ");
            line!(self, "{pad}}} else {{");
            self.apart(l);
            line!(self, "{pad}}}");
        } else {
            self.alike(l, pad);
        }
        for (v, c) in self.cells() {
            line!(self, "{pad}below{l}_{v}_{c} = -above{l}_{v}_{c};\n{pad}u{l}_{v}_{c} = new{l}_{v}_{c};");
            if self.kept() {
                line!(self, "{pad}lost{l}_{v}_{c} = rest{l}_{v}_{c};");
            }
            if self.walls() && l > 0 {
                line!(self, "{pad}sum{l}_{v}_{c} = seen{l}_{v}_{c};");
            }
        }
    }

    /// Cells whose links are all alike. `other` is the same by a way that no compiler sees: a difference of two products with one factor
    /// would be taken for the product of a difference, and differ in its last digit from what cells set apart have.
    fn alike(&mut self, l: usize, pad: &str) {
        let stream = if self.three { "z" } else { "y" };
        line!(self, "{pad}let other{l} = one * alike;");
        for (v, c) in self.cells() {
            let links = ["x", "y", stream].map(|axis| [format!("other{l}.{axis}"), format!("alike.{axis}")]);
            self.gain(l, (v, c), &links, pad);
            self.add(l, (v, c), "alike.w", pad);
        }
    }

    /// Cells each of its own kind.
    fn apart(&mut self, l: usize) {
        let pad = "            ";
        let stream = if self.three { 2 } else { 1 };
        let Blocking { columns, lines, .. } = self.blocking;
        // kind of a cell of this thread in one of the rows that it has seen last
        let kind =
            |v: usize, c: usize, row: usize| format!("extractBits(word{v}_{}_{row}, {}u, 7u)", c / 4, 8 * (c % 4));
        for (v, c) in self.cells() {
            line!(self, "{pad}let kind{v}_{c} = {};", kind(v, c, l + 1));
        }
        let own = |v: usize, c: usize| format!("kind{v}_{c}");
        for v in self.lines() {
            for c in 0..=columns {
                let west = if c > 0 { own(v, c - 1) } else { format!("extractBits(side{v}_{}, 0u, 7u)", l + 1) };
                let east = if c < columns { own(v, c) } else { format!("extractBits(side{v}_{}, 8u, 7u)", l + 1) };
                line!(self, "{pad}let gx{v}_{c} = link(0u, {west}, {east});");
            }
        }
        if self.three {
            for c in self.columns() {
                for v in 0..=lines {
                    let beside = |name: &str| format!("extractBits({name}_{}_{}, {}u, 7u)", c / 4, l + 1, 8 * (c % 4));
                    let south = if v > 0 { own(v - 1, c) } else { beside("south") };
                    let north = if v < lines { own(v, c) } else { beside("north") };
                    line!(self, "{pad}let gy{v}_{c} = link(1u, {south}, {north});");
                }
            }
        }
        for (v, c) in self.cells() {
            let (own, below, above) = (own(v, c), kind(v, c, l + 2), kind(v, c, l));
            let links = [
                [format!("gx{v}_{c}"), format!("gx{v}_{}", c + 1)],
                [format!("gy{v}_{c}"), format!("gy{}_{c}", v + 1)],
                [format!("link({stream}u, {below}, {own})"), format!("link({stream}u, {own}, {above})")],
            ];
            self.gain(l, (v, c), &links, pad);
            if self.cells != Cells::Inner {
                line!(self, "{pad}if {own} >= PLAIN {{");
                line!(self, "{pad}    let wall = wall_of({own}, {l}u, u{l}_{v}_{c});");
                line!(self, "{pad}    gain{l}_{v}_{c} += wall.x;");
                if self.walls() {
                    line!(self, "{pad}    seen{}_{v}_{c} += wall.y;", l + 1);
                }
                line!(self, "{pad}}}");
            }
            self.add(l, (v, c), &format!("per_capacity({own}, step)"), pad);
        }
    }

    /// What a cell gains from its neighbours, W, by its links to those before and behind it along x, y and the way of the tile, W/K.
    pub(super) fn gain(&mut self, l: usize, (v, c): (usize, usize), links: &[[String; 2]; 3], pad: &str) {
        let [[west, east], [south, north], [below, above]] = links;
        let made = if self.any() { "var" } else { "let" };
        let mut gain = format!("fma({east}, dx{l}_{v}_{}, -({west} * dx{l}_{v}_{c}))", c + 1);
        if self.three {
            gain = format!("fma({north}, dy{l}_{}_{c}, fma(-{south}, dy{l}_{v}_{c}, {gain}))", v + 1);
        }
        gain = format!("fma({above}, above{l}_{v}_{c}, fma({below}, below{l}_{v}_{c}, {gain}))");
        line!(self, "{pad}{made} gain{l}_{v}_{c} = {gain};");
    }

    /// Adds what a gain changes, and where that is kept what rounding takes: Dekker's sum, by fused operations that no compiler may shorten,
    /// since none knows that `one` is 1.
    pub(super) fn add(&mut self, l: usize, (v, c): (usize, usize), capacity: &str, pad: &str) {
        let here = format!("u{l}_{v}_{c}");
        let [made, next] = [if self.branches() { "" } else { "let " }, &format!("new{}_{v}_{c}", l + 1)];
        if !self.kept() {
            line!(self, "{pad}{made}{next} = fma(gain{l}_{v}_{c}, {capacity}, {here});");
            return;
        }
        line!(self, "{pad}let change{l}_{v}_{c} = fma(gain{l}_{v}_{c}, {capacity}, lost{l}_{v}_{c});");
        line!(self, "{pad}{made}{next} = {here} + change{l}_{v}_{c};");
        line!(self, "{pad}{made}rest{}_{v}_{c} = change{l}_{v}_{c} - fma({next}, one, -{here});", l + 1);
    }
}
