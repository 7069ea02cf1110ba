//! Tiles whose threads have all columns of their lines, for devices whose threads take turns on a processor: nothing is shown, nothing waited for. A level has
//! one column less on each side than the one before, so that a strip narrows from what is read to what is written. In 3D threads of a subgroup lie along y
//! and ask each other for lines; a thread alone has one line less on each side with each level too.

mod runs;

use super::super::blocking::{Blocking, TOGETHER};
use super::super::tiles::ENDS;
use super::{Text, line};
use std::fmt::Write;
use std::ops::Range;

const PAD: &str = "    ";

impl Text {
    /// Whether the threads of a tile ask each other for lines.
    fn asks(&self) -> bool {
        self.blocking.subgroups
    }

    /// Columns whose numbers a level has.
    fn across(&self, level: usize) -> Range<usize> {
        let outside = self.blocking.margin() - self.levels() + level;
        outside..self.blocking.columns - outside
    }

    /// Lines whose numbers a level has.
    fn along(&self, level: usize) -> Range<usize> {
        let outside = if self.three && !self.asks() { level } else { 0 };
        outside..self.blocking.lines - outside
    }

    fn cells_of(&self, level: usize) -> Vec<(usize, usize)> {
        let across = self.across(level);
        self.along(level).flat_map(|v| across.clone().map(move |c| (v, c))).collect()
    }

    fn packs_of(&self, level: usize) -> Range<usize> {
        let across = self.across(level);
        across.start / self.pack()..across.end.div_ceil(self.pack())
    }

    /// Lines and packs of what is read.
    fn packs_read(&self) -> Vec<(usize, usize)> {
        self.along(0).flat_map(|v| self.packs_of(0).map(move |p| (v, p))).collect()
    }

    /// Faces across x, then across y, that the cells of a level have: line and column of the cell behind.
    fn faces_of(&self, level: usize) -> [Vec<(usize, usize)>; 2] {
        let (lines, columns) = (self.along(level), self.across(level));
        let wide = lines.clone().flat_map(|v| (columns.start..columns.end + 1).map(move |c| (v, c))).collect();
        let high = (lines.start..lines.end + 1).flat_map(|v| columns.clone().map(move |c| (v, c)));
        [wide, if self.three { high.collect() } else { Vec::new() }]
    }

    /// Writes the kernel.
    pub(super) fn strip(mut self) -> String {
        let Blocking { sweeps, rows, .. } = self.blocking;
        let ([valid_x, valid_y], margin) = (self.blocking.valid(self.three), self.blocking.margin());
        let [one, two, four] =
            if self.blocking.pairs { ["", "u64", "vec2<u64>"] } else { ["Real", "vec2<Real>", "vec4<Real>"] };
        line!(self, "alias Pack = {};", ["", one, two, "", four][self.pack()]);
        let together = if self.asks() { self.blocking.threads[1] } else { TOGETHER };
        line!(self, "\n@compute @workgroup_size({together})\nfn sweeps(");
        line!(self, "    @builtin(local_invocation_index) thread: u32,");
        line!(self, "    @builtin(workgroup_id) group: vec3<u32>,");
        line!(self, "    @builtin(num_workgroups) groups: vec3<u32>,\n) {{");
        let listed = if self.asks() { String::new() } else { format!(" * {TOGETHER}u + thread") };
        line!(self, "    let listed = (group.x + group.y * groups.x){listed};");
        line!(self, "    if listed >= arrayLength(&tiles) {{\n        return;\n    }}");
        line!(self, "    let tile = tiles[listed];\n    let n = vec3<i32>(padded());");
        line!(self, "    let wide = (n.x + {}) / {valid_x};", valid_x - 1);
        line!(self, "    let x = i32(tile.x) % wide * {valid_x} - {margin};");
        let (across, axis) = if self.three {
            line!(self, "    let high = (n.y + {}) / {valid_y};", valid_y - 1);
            let line_of_tile = if self.asks() { format!("i32(thread) * {}", self.blocking.lines) } else { "0".into() };
            line!(self, "    let line = {line_of_tile};");
            line!(self, "    let y = i32(tile.x) / wide % high * {valid_y} - {sweeps} + line;");
            for v in self.along(sweeps) {
                let within = format!("line + {v} >= {sweeps} && line + {v} < {}", valid_y + sweeps);
                line!(self, "    let writes{v} = {within} && y + {v} < n.y;");
            }
            line!(self, "    let depth = n.z;\n    let plane = n.x * n.y;");
            ("wide * high", "z")
        } else {
            line!(self, "    let y = 0;\n    let writes0 = true;\n    let depth = n.y;\n    let plane = n.x;");
            ("wide", "y")
        };
        line!(self, "    let first = i32(tile.x) / ({across}) * {rows} + i32(slab.first.{axis});");
        line!(self, "    let last = min(first + {rows}, i32(slab.first.{axis} + slab.counts.{axis}));");
        line!(self, "    let turns = last - first + {};", 2 * sweeps);
        line!(self, "    let step = row[0].x;\n    let one = row[0].y;");
        self.places();
        if !self.any() {
            self.ends();
        }
        self.begin();
        if self.any() {
            self.runs();
        } else {
            line!(self, "{PAD}for (; turn < turns; turn++) {{");
            self.turn();
            line!(self, "{PAD}}}");
        }
        line!(self, "}}");
        self.out
    }

    /// Where packs and lines are read: in the grid, though they lie outside, for links of conductance 0 lead there.
    fn places(&mut self) {
        let pack = self.pack();
        for p in self.packs_of(0) {
            line!(self, "{PAD}let x{p} = clamp(x + {}, 0, n.x - {pack});", p * pack);
            line!(self, "{PAD}let has_x{p} = x + {} == x{p};", p * pack);
        }
        for v in self.along(0) {
            line!(self, "{PAD}let y{v} = clamp(y + {v}, 0, n.y - 1);\n{PAD}let has_y{v} = y + {v} == y{v};");
        }
    }

    /// Place of a pack of row `s`.
    fn place(&self, v: usize, p: usize) -> String {
        format!("clamp(s, 0, depth - 1) * plane + n.x * y{v} + x{p}")
    }

    /// Links of cells that are all alike, 0 where the grid ends.
    fn ends(&mut self) {
        let axis = if self.three { "z" } else { "y" };
        line!(self, "{PAD}let alike = alike_of(tile.y & 127u, step);");
        let [begins, ends] = ENDS;
        line!(self, "{PAD}let begins = select(0, i32(slab.first.{axis}), (tile.y & {begins}u) != 0u);");
        line!(
            self,
            "{PAD}let ends = select(depth, i32(slab.first.{axis} + slab.counts.{axis}), (tile.y & {ends}u) != 0u);"
        );
        for c in (0..=self.blocking.columns).step_by(self.pack()) {
            line!(self, "{PAD}let link_x{c} = select(alike.x, 0.0, x + {c} == 0 || x + {c} == n.x);");
        }
        if self.three {
            for v in 0..self.blocking.lines + 1 {
                line!(self, "{PAD}let link_y{v} = select(alike.y, 0.0, y + {v} == 0 || y + {v} == n.y);");
            }
        }
    }

    /// A cell of a level, or of the thread beside.
    fn cell(&self, l: usize, v: isize, c: usize) -> String {
        match v {
            -1 => format!("south{l}_{c}"),
            _ if v as usize == self.blocking.lines => format!("north{l}_{c}"),
            _ => format!("u{l}_{v}_{c}"),
        }
    }

    /// State of a thread, and the first row.
    fn begin(&mut self) {
        for l in 0..self.levels() {
            for (v, c) in self.cells_of(l) {
                line!(self, "{PAD}var u{l}_{v}_{c} = 0.0;");
            }
            for (v, c) in self.cells_of(l + 1) {
                line!(self, "{PAD}var below{l}_{v}_{c} = 0.0;");
                if self.kept() {
                    line!(self, "{PAD}var lost{l}_{v}_{c} = 0.0;");
                }
                if self.walls() && l > 0 {
                    line!(self, "{PAD}var sum{l}_{v}_{c} = 0.0;");
                }
            }
            if self.any() {
                for (v, c) in self.cells_of(l + 1) {
                    line!(self, "{PAD}var link_below{l}_{v}_{c} = 0.0;");
                }
                for name in self.looked_up(l, l) {
                    let zero = if name.starts_with("beyond") { "vec2<Real>()" } else { "0.0" };
                    line!(self, "{PAD}var {name} = {zero};");
                }
            }
        }
        line!(self, "{PAD}var s = first - {};", self.levels());
        self.read_row();
        for (v, c) in self.cells_of(0) {
            line!(self, "{PAD}u0_{v}_{c} = new0_{v}_{c};");
        }
        if self.kept() {
            for (v, c) in self.cells_of(1) {
                line!(self, "{PAD}lost0_{v}_{c} = rest0_{v}_{c};");
            }
        }
        if self.any() {
            for (v, p) in self.packs_read() {
                line!(self, "{PAD}var own{v}_{p} = 0u;\n{PAD}var ahead{v}_{p} = 0u;");
            }
            line!(self, "{PAD}var since = -1;\n{PAD}var changed = false;\n{PAD}var own_new = true;\n{PAD}s -= 1;");
            self.read_kinds();
            line!(self, "{PAD}s += 1;");
            self.read_kinds();
        }
        line!(self, "{PAD}var turn = 1;");
    }

    /// Reads row `s` as the new one of level 0, each number by its own name, as levels have them.
    fn read_row(&mut self) {
        for (v, p) in self.packs_read() {
            line!(self, "{PAD}let at{v}_{p} = ({}) / {};", self.place(v, p), self.pack());
        }
        let fields = &[(0, "new0", "enthalpy"), (1, "rest0", "carry")][..if self.kept() { 2 } else { 1 }];
        for &(level, name, from) in fields {
            for v in self.along(level) {
                for p in self.packs_of(level) {
                    let read = self.needed(level, p, &format!("{from}[at{v}_{p}]"));
                    line!(self, "{PAD}let read_{name}_{v}_{p} = {read};");
                }
            }
            for (v, c) in self.cells_of(level) {
                let number = self.unpacked(&format!("read_{name}_{v}_{}", c / self.pack()), c);
                line!(self, "{PAD}let {name}_{v}_{c} = {number};");
            }
        }
        line!(self, "{PAD}s += 1;");
    }

    /// What a level needs of a pack: at the edge of a tile one of two pairs may do.
    fn needed(&self, level: usize, p: usize, pack: &str) -> String {
        let across = self.across(level);
        let has = |pair: usize| across.start < 4 * p + 2 * pair + 2 && 4 * p + 2 * pair < across.end;
        match (self.blocking.pairs && self.pack() == 4, has(0), has(1)) {
            (true, true, false) => format!("Pack({pack}.x)"),
            (true, false, true) => format!("Pack({pack}.y)"),
            _ => pack.into(),
        }
    }

    /// Cell c of a line in a pack.
    fn unpacked(&self, pack: &str, c: usize) -> String {
        let each = if self.blocking.pairs { 2 } else { 1 };
        let parts = self.pack() / each;
        let part = match parts {
            1 => pack.into(),
            _ => format!("{pack}.{}", ["x", "y", "z", "w"][c / each % parts]),
        };
        if self.blocking.pairs { format!("{}_of({part})", ["first", "second"][c % 2]) } else { part }
    }

    /// A new row of level 0, and what follows from it in every level.
    fn turn(&mut self) {
        self.read_row();
        (0..self.levels()).for_each(|l| self.narrow(l));
        self.write_strip();
    }

    /// Row `s - 2 - l` of level l + 1.
    fn narrow(&mut self, l: usize) {
        let [wide, high] = self.faces_of(l + 1);
        for (v, c) in wide {
            line!(self, "{PAD}let dx{l}_{v}_{c} = u{l}_{v}_{c} - u{l}_{v}_{};", c - 1);
        }
        if self.asks() {
            let last = self.blocking.lines - 1;
            for c in self.across(l + 1) {
                line!(self, "{PAD}let south{l}_{c} = subgroupShuffleUp(u{l}_{last}_{c}, 1u);");
                line!(self, "{PAD}let north{l}_{c} = subgroupShuffleDown(u{l}_0_{c}, 1u);");
            }
        }
        for (v, c) in high {
            let [upper, lower] = [v as isize, v as isize - 1].map(|v| self.cell(l, v, c));
            line!(self, "{PAD}let dy{l}_{v}_{c} = {upper} - {lower};");
        }
        if !self.any() {
            line!(self, "{PAD}let other{l} = one * alike;");
            for (name, ahead) in [("below", 2), ("above", 1)] {
                let back = l + ahead;
                let at = format!("s - {back} == begins || s - {back} == ends");
                line!(self, "{PAD}let link_{name}{l} = select(alike.z, 0.0, {at});");
            }
        }
        for (v, c) in self.cells_of(l + 1) {
            line!(self, "{PAD}let above{l}_{v}_{c} = new{l}_{v}_{c} - u{l}_{v}_{c};");
            let links = if self.any() {
                [
                    [format!("link_x{l}_{v}_{c}"), format!("link_x{l}_{v}_{}", c + 1)],
                    [format!("link_y{l}_{v}_{c}"), format!("link_y{l}_{}_{c}", v + 1)],
                    [format!("link_below{l}_{v}_{c}"), format!("link_above{l}_{v}_{c}")],
                ]
            } else {
                // columns read together are within the grid together
                let pack = self.pack();
                let x = |c: usize, usual: String| if c.is_multiple_of(pack) { format!("link_x{c}") } else { usual };
                [
                    [x(c, format!("other{l}.x")), x(c + 1, "alike.x".into())],
                    [format!("link_y{v}"), format!("link_y{}", v + 1)],
                    [format!("link_below{l}"), format!("link_above{l}")],
                ]
            };
            self.gain(l, (v, c), &links, PAD);
            if self.has_given() {
                let beyond = format!("beyond{}_at{l}_{v}_{c}", self.steps_of(l).start);
                line!(self, "{PAD}let warmer{l}_{v}_{c} = {beyond}.x - u{l}_{v}_{c};");
                line!(self, "{PAD}gain{l}_{v}_{c} += fma(slope{l}_{v}_{c}, warmer{l}_{v}_{c}, {beyond}.y);");
            }
            if self.walls() {
                let before = if l > 0 { format!("sum{l}_{v}_{c} + ") } else { String::new() };
                line!(self, "{PAD}let seen{}_{v}_{c} = {before}warmer{l}_{v}_{c};", l + 1);
            }
            let capacity = if self.any() { format!("capacity{l}_{v}_{c}") } else { "alike.w".into() };
            self.add(l, (v, c), &capacity, PAD);
        }
        for (v, c) in self.cells_of(l) {
            line!(self, "{PAD}u{l}_{v}_{c} = new{l}_{v}_{c};");
        }
        for (v, c) in self.cells_of(l + 1) {
            line!(self, "{PAD}below{l}_{v}_{c} = -above{l}_{v}_{c};");
            if self.kept() {
                line!(self, "{PAD}lost{l}_{v}_{c} = rest{l}_{v}_{c};");
            }
            if self.walls() && l > 0 {
                line!(self, "{PAD}sum{l}_{v}_{c} = seen{l}_{v}_{c};");
            }
        }
    }

    /// Writes the row of the last level.
    fn write_strip(&mut self) {
        let (last, pack) = (self.levels(), self.pack());
        let back = last + 1;
        line!(self, "{PAD}if s - {back} >= first && s - {back} < last {{");
        for v in self.along(last) {
            for p in self.packs_of(last) {
                let of = |name: &str| -> String {
                    let cells: Vec<String> = (0..pack).map(|c| format!("{name}{last}_{v}_{}", p * pack + c)).collect();
                    let pairs = |cells: &[String]| format!("pair_of({})", cells.join(", "));
                    let numbers = if self.blocking.pairs { cells.chunks(2).map(pairs).collect() } else { cells };
                    format!("Pack({})", numbers.join(", "))
                };
                line!(self, "{PAD}    if x + {} < n.x && writes{v} {{", p * pack);
                line!(self, "{PAD}        let to = ((s - {back}) * plane + (y + {v}) * n.x + x) / {pack} + {p};");
                line!(self, "{PAD}        next[to] = {};", of("new"));
                if self.kept() {
                    line!(self, "{PAD}        carry_next[to] = {};", of("rest"));
                }
                line!(self, "{PAD}    }}");
            }
            if self.walls() {
                self.book_line(v);
            }
        }
        line!(self, "{PAD}}}");
    }

    /// Books the cells with walls of a line one after the other, since most lines have few.
    fn book_line(&mut self, v: usize) {
        let (last, across) = (self.levels(), self.across(self.levels()));
        let seen: Vec<String> = across.clone().map(|c| format!("seen{last}_{v}_{c}")).collect();
        line!(self, "{PAD}    var seen{v} = array<Real, {}>({});", across.len(), seen.join(", "));
        line!(self, "{PAD}    var walled{v} = 0u;");
        for (n, c) in across.clone().enumerate() {
            line!(self, "{PAD}    walled{v} |= select(0u, {:#x}u, slope{}_{v}_{c} > 0.0);", 1_u32 << n, last - 1);
        }
        let line_of_cells = if self.three {
            format!("u32(y + {v} + n.y * (s - {}))", last + 1)
        } else {
            format!("u32(s - {})", last + 1)
        };
        line!(self, "{PAD}    walled{v} = select(0u, walled{v}, writes{v});");
        line!(self, "{PAD}    while walled{v} != 0u {{");
        line!(self, "{PAD}        let cell = firstTrailingBit(walled{v});");
        line!(self, "{PAD}        book({line_of_cells}, u32(x + {}) + cell, seen{v}[cell]);", across.start);
        line!(self, "{PAD}        walled{v} &= walled{v} - 1u;\n{PAD}    }}");
    }
}
