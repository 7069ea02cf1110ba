//! The WGSL of several sweeps in one pass through memory, written for a number of sweeps and the shape of a tile.
//!
//! A tile of columns marches along the slowest axis, one row (2D) or plane (3D) at a time. Level 0 is the state as it was read, level l the
//! state after l sweeps. When row r arrives, level l + 1 makes its row r - l - 1 from row r - l of level l, from its own row r - l - 1 and
//! from how much the row before was above that: two numbers for each cell and level, which the thread keeps in registers. Neighbours along
//! x are asked of the next thread where threads of a subgroup can do that, and shown in workgroup memory where they cannot, as those along
//! y are; then one barrier per row is enough, since what is needed was shown one row earlier. A tile is read with some columns more on each
//! side than it writes. Threads that have all columns: [`strip`].

mod level;
mod strip;

use super::blocking::Blocking;
use std::fmt::Write;

/// What is known of the cells of a tile, and of all that it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend::gpu) enum Cells {
    /// All of one kind, far from walls.
    Alike,
    /// Of several kinds, none of which has walls or sources.
    Inner,
    /// Any; `walls`: some have walls whose heat is booked.
    Any {
        /// Whether any cell of the problem has such a wall.
        walls: bool,
    },
}

/// Writes the kernel `sweeps`; `vary`: whether what walls and sources do differs from step to step.
pub(in crate::backend::gpu) fn kernel(blocking: Blocking, three: bool, cells: Cells, vary: bool) -> String {
    let text = Text { blocking, three, cells, vary, out: String::new() };
    if blocking.is_strip() { text.strip() } else { text.kernel() }
}

struct Text {
    blocking: Blocking,
    three: bool,
    cells: Cells,
    vary: bool,
    out: String,
}

/// A line of WGSL.
macro_rules! line {
    ($text:expr, $($format:tt)*) => {{
        let _ = writeln!($text.out, $($format)*);
    }};
}
use line;

impl Text {
    fn levels(&self) -> usize {
        self.blocking.sweeps
    }

    fn columns(&self) -> std::ops::Range<usize> {
        0..self.blocking.columns
    }

    fn lines(&self) -> std::ops::Range<usize> {
        0..self.blocking.lines
    }

    /// Lines and columns of a thread.
    fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.columns();
        self.lines().flat_map(move |v| columns.clone().map(move |c| (v, c)))
    }

    /// Words of kinds of a line: four cells each.
    fn words(&self) -> std::ops::Range<usize> {
        0..self.blocking.columns.div_ceil(4)
    }

    fn any(&self) -> bool {
        self.cells != Cells::Alike
    }

    fn walls(&self) -> bool {
        self.cells == Cells::Any { walls: true }
    }

    /// Whether a row branches by whether its cells are alike.
    fn branches(&self) -> bool {
        self.any() && !self.blocking.is_strip()
    }

    fn kept(&self) -> bool {
        self.blocking.kept
    }

    /// Cells that are read together.
    fn pack(&self) -> usize {
        self.blocking.pack()
    }

    /// Cell c of a line that was read as packs.
    fn packed(&self, name: &str, c: usize) -> String {
        match self.pack() {
            1 => name.to_string(),
            pack => format!("{name}_{}.{}", c / pack, ["x", "y", "z", "w"][c % pack]),
        }
    }

    fn has_shelf(&self) -> bool {
        !self.blocking.shown(self.three).is_empty()
    }

    fn kernel(mut self) -> String {
        let Blocking { sweeps, columns, lines, threads: [tx, ty], rows, subgroups, .. } = self.blocking;
        let [valid_x, valid_y] = self.blocking.valid(self.three);
        let margin = self.blocking.margin();
        let shelf = self.blocking.shelf_bytes(self.three) / 4;
        line!(self, "alias Pack = {};", ["", "Real", "vec2<Real>", "", "vec4<Real>"][self.pack()]);
        if shelf > 0 {
            line!(self, "var<workgroup> shelf: array<Real, {shelf}>;");
        }
        line!(self, "\n@compute @workgroup_size({})", tx * ty);
        line!(self, "fn sweeps(");
        line!(self, "    @builtin(local_invocation_index) thread: u32,");
        if subgroups {
            line!(self, "    @builtin(subgroup_invocation_id) lane: u32,");
            line!(self, "    @builtin(subgroup_id) subgroup: u32,");
        }
        line!(self, "    @builtin(workgroup_id) group: vec3<u32>,");
        line!(self, "    @builtin(num_workgroups) groups: vec3<u32>,");
        line!(self, ") {{");
        line!(self, "    let listed = group.x + group.y * groups.x;");
        line!(self, "    if listed >= arrayLength(&tiles) {{\n        return;\n    }}");
        line!(self, "    let tile = tiles[listed];");
        let [tx_at, ty_at] = if subgroups {
            ["lane".into(), "subgroup".into()]
        } else {
            [format!("thread % {tx}u"), format!("thread / {tx}u")]
        };
        line!(self, "    let tx = {tx_at};\n    let ty = {ty_at};");
        line!(self, "    let n = vec3<i32>(padded());");
        line!(self, "    let wide = (n.x + {}) / {valid_x};", valid_x - 1);
        line!(self, "    let x = i32(tile.x) % wide * {valid_x} + i32(tx) * {columns} - {margin};");
        let within = format!("tx * {columns}u >= {margin}u && tx * {columns}u < {}u", tx * columns - margin);
        line!(self, "    let mine = {within} && x < n.x;");
        if self.three {
            line!(self, "    let high = (n.y + {}) / {valid_y};", valid_y - 1);
            line!(self, "    let y = i32(tile.x) / wide % high * {valid_y} + i32(ty) * {lines} - {sweeps};");
            line!(self, "    let first = i32(tile.x) / (wide * high) * {rows} + i32(slab.first.z);");
            line!(self, "    let last = min(first + {rows}, i32(slab.first.z + slab.counts.z));");
            line!(self, "    let depth = n.z;\n    let plane = n.x * n.y;\n    let column = x + n.x * y;");
            for v in self.lines() {
                let local = format!("ty * {lines}u + {v}u");
                let within = format!("{local} >= {sweeps}u && {local} < {}u", ty * lines - sweeps);
                line!(self, "    let mine{v} = mine && {within} && y + {v} < n.y;");
            }
        } else {
            line!(self, "    let first = i32(tile.x) / wide * {rows} + i32(slab.first.y);");
            line!(self, "    let last = min(first + {rows}, i32(slab.first.y + slab.counts.y));");
            line!(self, "    let depth = n.y;\n    let plane = n.x;\n    let column = x;\n    let mine0 = mine;");
        }
        if self.any() {
            for v in self.lines() {
                let within = if self.three { format!(" && y + {v} >= 0 && y + {v} < n.y") } else { String::new() };
                line!(self, "    let in{v} = x >= 0 && x < n.x{within};");
            }
        }
        if self.has_shelf() {
            line!(self, "    let self_at = tx + ty * {tx}u;");
            if !subgroups {
                line!(self, "    let west = max(tx, 1u) - 1u + ty * {tx}u;");
                line!(self, "    let east = min(tx + 1u, {}u) + ty * {tx}u;", tx - 1);
            }
            if self.three {
                line!(self, "    let south = tx + (max(ty, 1u) - 1u) * {tx}u;");
                line!(self, "    let north = tx + min(ty + 1u, {}u) * {tx}u;", ty - 1);
            }
        }
        line!(self, "    let step = row[0].x;\n    let one = row[0].y;");
        if self.any() {
            line!(self, "    bring_near(thread, {}u, step);", tx * ty);
        }
        if !self.any() {
            line!(self, "    let alike = alike_of(tile.y, step);");
        }
        self.variables();
        line!(self, "    var s = first - {sweeps};");
        self.read("    ");
        line!(self, "    for (var turn = 0; turn < {}; turn++) {{", self.blocking.passed());
        self.row();
        line!(self, "    }}\n}}");
        self.out
    }

    /// State of a thread.
    fn variables(&mut self) {
        for l in 0..self.levels() {
            for (v, c) in self.cells() {
                line!(self, "    var u{l}_{v}_{c} = 0.0;\n    var below{l}_{v}_{c} = 0.0;");
                if self.kept() {
                    line!(self, "    var lost{l}_{v}_{c} = 0.0;");
                }
                if self.walls() && l > 0 {
                    line!(self, "    var sum{l}_{v}_{c} = 0.0;");
                }
            }
        }
        for v in self.lines() {
            for p in self.packs() {
                line!(self, "    var read_{v}{p} = Pack();");
                if self.kept() {
                    line!(self, "    var read_lost_{v}{p} = Pack();");
                }
            }
        }
        if self.any() {
            for name in self.kinds_of_a_row() {
                line!(self, "    var read_{name} = VOID_WORD;");
                for l in 0..=self.levels() + 1 {
                    line!(self, "    var {name}_{l} = VOID_WORD;");
                }
            }
        }
        if !self.has_shelf() {
            return;
        }
        line!(self, "    var shown = 0u;");
        // What lies before the first row must be finite: links of conductance 0 lead there.
        let threads = self.blocking.threads[0] * self.blocking.threads[1];
        for place in 0..self.levels() * self.blocking.shown(self.three).len() {
            line!(self, "    shelf[{}u + self_at] = 0.0;", place * threads);
        }
        line!(self, "    workgroupBarrier();");
    }

    /// Suffixes of the packs of a line.
    fn packs(&self) -> Vec<String> {
        match self.blocking.columns {
            1 => vec![String::new()],
            columns => (0..columns / self.pack()).map(|p| format!("_{p}")).collect(),
        }
    }

    /// Names of the words of kinds that a thread reads of every row: its own cells, those beside them along x (west, then east in the
    /// second byte), and along y.
    fn kinds_of_a_row(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.lines().flat_map(|v| self.words().map(move |w| format!("word{v}_{w}"))).collect();
        names.extend(self.lines().map(|v| format!("side{v}")));
        if self.three {
            names.extend(self.words().flat_map(|w| [format!("south_{w}"), format!("north_{w}")]));
        }
        names
    }

    /// Reads the row at `s` ahead of its use.
    fn read(&mut self, pad: &str) {
        let pack = self.pack();
        let places = |v: usize| {
            let line = if v > 0 { format!(" + {v} * n.x") } else { String::new() };
            format!("s * plane + column{line}")
        };
        let values = |text: &mut Text, v: usize, pad: &str| {
            line!(text, "{pad}let at{v} = ({}) / {pack};", places(v));
            for (p, suffix) in text.packs().iter().enumerate() {
                line!(text, "{pad}read_{v}{suffix} = enthalpy[at{v} + {p}];");
                if text.kept() {
                    line!(text, "{pad}read_lost_{v}{suffix} = carry[at{v} + {p}];");
                }
            }
        };
        if !self.any() {
            self.lines().for_each(|v| values(self, v, pad));
            return;
        }
        for v in self.lines() {
            for suffix in self.packs() {
                line!(self, "{pad}read_{v}{suffix} = Pack();");
                if self.kept() {
                    line!(self, "{pad}read_lost_{v}{suffix} = Pack();");
                }
            }
        }
        for name in self.kinds_of_a_row() {
            line!(self, "{pad}read_{name} = VOID_WORD;");
        }
        line!(self, "{pad}if s >= 0 && s < depth {{");
        let inner = format!("{pad}        ");
        let Blocking { columns, lines, .. } = self.blocking;
        for v in self.lines() {
            line!(self, "{pad}    if in{v} {{");
            values(self, v, &inner);
            line!(self, "{inner}let i = u32({});", places(v));
            for w in self.words() {
                line!(self, "{inner}read_word{v}_{w} = kinds_from(i + {}u);", 4 * w);
            }
            line!(self, "{inner}if x > 0 {{");
            line!(self, "{inner}    read_side{v} = insertBits(read_side{v}, kind_byte(i - 1u), 0u, 8u);");
            line!(self, "{inner}}}");
            line!(self, "{inner}if x + {columns} < n.x {{");
            line!(self, "{inner}    read_side{v} = insertBits(read_side{v}, kind_byte(i + {columns}u), 8u, 8u);");
            line!(self, "{inner}}}");
            line!(self, "{pad}    }}");
        }
        if self.three {
            for (name, line) in [("south", "- 1".to_string()), ("north", format!("+ {lines}"))] {
                line!(self, "{pad}    if x >= 0 && x < n.x && y {line} >= 0 && y {line} < n.y {{");
                for w in self.words() {
                    line!(
                        self,
                        "{inner}read_{name}_{w} = kinds_from(u32(s * plane + column {line} * n.x) + {}u);",
                        4 * w
                    );
                }
                line!(self, "{pad}    }}");
            }
        }
        line!(self, "{pad}}}");
    }

    /// One row: a new one of level 0, and what follows from it in every level.
    fn row(&mut self) {
        let levels = self.levels();
        let pad = "        ";
        if self.any() {
            for name in self.kinds_of_a_row() {
                for l in (1..=levels + 1).rev() {
                    line!(self, "{pad}{name}_{l} = {name}_{};", l - 1);
                }
                line!(self, "{pad}{name}_0 = read_{name};");
            }
        }
        for (v, c) in self.cells() {
            let value = self.packed(&format!("read_{v}"), c);
            line!(self, "{pad}let new0_{v}_{c} = {value};");
            if self.kept() {
                let value = self.packed(&format!("read_lost_{v}"), c);
                line!(self, "{pad}let rest0_{v}_{c} = {value};");
            }
        }
        line!(self, "{pad}s += 1;");
        self.read(pad);
        (0..levels).for_each(|l| self.level(l));
        self.write();
        if self.has_shelf() {
            let half = self.blocking.shelf_bytes(self.three) / 8;
            let threads = self.blocking.threads[0] * self.blocking.threads[1];
            let cells = self.blocking.shown(self.three);
            for l in 0..levels {
                for (n, [v, c]) in cells.iter().enumerate() {
                    let place = (l * cells.len() + n) * threads;
                    line!(self, "{pad}shelf[{half}u - shown + {place}u + self_at] = u{l}_{v}_{c};");
                }
            }
            line!(self, "{pad}shown = {half}u - shown;\n{pad}workgroupBarrier();");
        }
    }

    /// Writes the row of the last level.
    fn write(&mut self) {
        let last = self.levels();
        let pad = "        ";
        let back = last + 1;
        let pack = self.pack();
        line!(self, "{pad}if s - {back} >= first && s - {back} < last {{");
        for v in self.lines() {
            line!(self, "{pad}    if mine{v} {{");
            line!(self, "{pad}        let at = ((s - {back}) * plane + column + {v} * n.x) / {pack};");
            for p in 0..self.blocking.columns / pack {
                let of = |name: &str| -> String {
                    let cells: Vec<String> = (0..pack).map(|c| format!("{name}{last}_{v}_{}", p * pack + c)).collect();
                    format!("Pack({})", cells.join(", "))
                };
                line!(self, "{pad}        next[at + {p}] = {};", of("new"));
                if self.kept() {
                    line!(self, "{pad}        carry_next[at + {p}] = {};", of("rest"));
                }
            }
            if self.walls() {
                let at =
                    if self.three { format!("u32(y + {v} + n.y * (s - {back}))") } else { format!("u32(s - {back})") };
                for c in self.columns() {
                    let kind = format!("extractBits(word{v}_{}_{last}, {}u, 7u)", c / 4, 8 * (c % 4));
                    line!(self, "{pad}        if slope_of({kind}) > 0.0 {{");
                    line!(self, "{pad}            book({at}, u32(x + {c}), seen{last}_{v}_{c});\n{pad}        }}");
                }
            }
            line!(self, "{pad}    }}");
        }
        line!(self, "{pad}}}");
    }
}
