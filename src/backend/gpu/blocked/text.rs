//! The WGSL of several sweeps in one pass through memory, written for a number of sweeps and the shape of a tile.
//!
//! A workgroup holds a tile of columns and marches along the slowest axis, one row (2D) or plane (3D) at a time. Level 0 is the state
//! as it was read, level l the state after l sweeps. When row r arrives, level l + 1 makes its row r - l - 1 from three rows of level l,
//! which every thread keeps in registers for its own columns; columns of other threads come through workgroup memory, written one
//! row earlier, so one barrier per row is enough. A tile is read with `sweeps` columns more on each side than it writes.

use std::fmt::Write;

/// How sweeps are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(in crate::backend::gpu) struct Blocking {
    /// Sweeps of a pass.
    pub(in crate::backend::gpu) sweeps: usize,
    /// Neighbouring columns of a thread, 1 to 4.
    pub(in crate::backend::gpu) columns: usize,
    /// Threads of a workgroup along x and y; y is 1 in 2D.
    pub(in crate::backend::gpu) threads: [usize; 2],
    /// Rows (2D) or planes (3D) that a workgroup writes.
    pub(in crate::backend::gpu) rows: usize,
    /// Rows of one turn of the loop: 3, so that the registers of three rows change roles by name, or 1, for compilers that take long.
    pub(in crate::backend::gpu) unroll: usize,
}

impl Blocking {
    /// Cells along x and y that a tile writes.
    pub(super) fn valid(&self, three: bool) -> [usize; 2] {
        let [x, y] = self.threads;
        [x * self.columns - 2 * self.sweeps, if three { y - 2 * self.sweeps } else { 1 }]
    }

    /// Whether a tile writes anything at all.
    pub(super) fn is_sound(&self, three: bool) -> bool {
        let wide = |cells: usize| cells > 2 * self.sweeps;
        (1..=4).contains(&self.columns)
            && self.sweeps > 0
            && self.rows > 0
            && [1, 3].contains(&self.unroll)
            && wide(self.threads[0] * self.columns)
            && (if three { wide(self.threads[1]) } else { self.threads[1] == 1 })
    }

    /// Bytes of workgroup memory.
    pub(super) fn shelf_bytes(&self, three: bool) -> usize {
        4 * 2 * self.sweeps * self.shared(three) * self.threads[0] * self.threads[1]
    }

    /// Rows that a tile goes through.
    pub(super) fn passed(&self) -> usize {
        (self.rows + 2 * self.sweeps).next_multiple_of(self.unroll)
    }

    /// Numbers that a thread shows to the others, per level: the ends of its row in 2D, all columns in 3D.
    fn shared(&self, three: bool) -> usize {
        if three { self.columns } else { self.columns.min(2) }
    }
}

/// What is known of the cells of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend::gpu) enum Cells {
    /// All of one kind, far from walls.
    Alike,
    /// Any; `walls`: some have walls whose heat is booked.
    Any {
        /// Whether any cell of the problem has such a wall.
        walls: bool,
    },
}

/// Writes the kernel `sweeps`.
pub(in crate::backend::gpu) fn kernel(blocking: Blocking, three: bool, cells: Cells) -> String {
    Text { blocking, three, cells, out: String::new() }.kernel()
}

struct Text {
    blocking: Blocking,
    three: bool,
    cells: Cells,
    out: String,
}

/// A line of WGSL.
macro_rules! line {
    ($text:expr, $($format:tt)*) => {{
        let _ = writeln!($text.out, $($format)*);
    }};
}

impl Text {
    fn levels(&self) -> usize {
        self.blocking.sweeps
    }

    fn columns(&self) -> std::ops::Range<usize> {
        0..self.blocking.columns
    }

    fn any(&self) -> bool {
        self.cells != Cells::Alike
    }

    fn walls(&self) -> bool {
        self.cells == Cells::Any { walls: true }
    }

    fn kernel(mut self) -> String {
        let Blocking { sweeps, columns, threads: [tx, ty], rows, .. } = self.blocking;
        let [valid_x, valid_y] = self.blocking.valid(self.three);
        let shelf = self.blocking.shelf_bytes(self.three) / 4;
        line!(self, "var<workgroup> shelf: array<Real, {shelf}>;\n");
        line!(self, "@compute @workgroup_size({tx}, {ty})");
        line!(self, "fn sweeps(");
        line!(self, "    @builtin(local_invocation_id) thread: vec3<u32>,");
        line!(self, "    @builtin(workgroup_id) group: vec3<u32>,");
        line!(self, "    @builtin(num_workgroups) groups: vec3<u32>,");
        line!(self, ") {{");
        line!(self, "    let listed = group.x + group.y * groups.x;");
        line!(self, "    if listed >= arrayLength(&tiles) {{\n        return;\n    }}");
        line!(self, "    let tile = tiles[listed];");
        line!(self, "    let n = vec3<i32>(padded());");
        line!(self, "    let wide = (n.x + {}) / {valid_x};", valid_x - 1);
        line!(self, "    let x = i32(tile.x) % wide * {valid_x} + i32(thread.x) * {columns} - {sweeps};");
        if self.three {
            line!(self, "    let high = (n.y + {}) / {valid_y};", valid_y - 1);
            line!(self, "    let y = i32(tile.x) / wide % high * {valid_y} + i32(thread.y) - {sweeps};");
            line!(self, "    let first = i32(tile.x) / (wide * high) * {rows} + i32(slab.first.z);");
            line!(self, "    let last = min(first + {rows}, i32(slab.first.z + slab.counts.z));");
            line!(self, "    let depth = n.z;\n    let plane = n.x * n.y;\n    let column = x + n.x * y;");
            line!(self, "    let mine = y >= 0 && y < n.y && thread.y >= {sweeps}u && thread.y < {}u;", ty - sweeps);
        } else {
            line!(self, "    let y = 0;");
            line!(self, "    let first = i32(tile.x) / wide * {rows} + i32(slab.first.y);");
            line!(self, "    let last = min(first + {rows}, i32(slab.first.y + slab.counts.y));");
            line!(self, "    let depth = n.y;\n    let plane = n.x;\n    let column = x;");
            line!(self, "    let mine = true;");
        }
        for c in self.columns() {
            let local = format!("thread.x * {columns}u + {c}u");
            line!(
                self,
                "    let mine{c} = mine && {local} >= {sweeps}u && {local} < {}u && x + {c} < n.x;",
                tx * columns - sweeps
            );
            if self.any() {
                line!(self, "    let in{c} = x + {c} >= 0 && x + {c} < n.x && y >= 0 && y < n.y;");
            }
        }
        line!(self, "    let west = max(thread.x, 1u) - 1u + thread.y * {tx}u;");
        line!(self, "    let east = min(thread.x + 1u, {}u) + thread.y * {tx}u;", tx - 1);
        line!(self, "    let self_at = thread.x + thread.y * {tx}u;");
        if self.three {
            line!(self, "    let south = thread.x + (max(thread.y, 1u) - 1u) * {tx}u;");
            line!(self, "    let north = thread.x + min(thread.y + 1u, {}u) * {tx}u;", ty - 1);
        }
        line!(self, "    let step = row[0].x;\n    let one = row[0].y;");
        if !self.any() {
            line!(self, "    let alike = alike_of(tile.y, step);\n    let other = one * alike;");
        }
        self.variables();
        line!(self, "    var s = first - {sweeps};");
        self.read("    ");
        let unroll = self.blocking.unroll;
        line!(self, "    for (var turn = 0; turn < {}; turn++) {{", self.blocking.passed() / unroll);
        (0..unroll).for_each(|phase| self.row(phase));
        line!(self, "    }}\n}}");
        self.out
    }

    /// State of a thread.
    fn variables(&mut self) {
        for l in 0..self.levels() {
            for c in self.columns() {
                line!(self, "    var u{l}_0_{c} = 0.0;\n    var u{l}_1_{c} = 0.0;\n    var u{l}_2_{c} = 0.0;");
                line!(self, "    var lost{l}_{c} = 0.0;");
                if self.walls() && l > 0 {
                    line!(self, "    var sum{l}_{c} = 0.0;");
                }
            }
        }
        for c in self.columns() {
            line!(self, "    var read_{c} = 0.0;\n    var read_lost_{c} = 0.0;");
        }
        if self.any() {
            line!(self, "    var read_word = VOID_WORD;");
            for l in 0..=self.levels() {
                line!(self, "    var word{l} = VOID_WORD;");
            }
        }
        line!(self, "    var shown = 0u;");
        // What lies before the first row must be finite: links of conductance 0 lead there.
        for place in 0..self.levels() * self.blocking.shared(self.three) {
            let threads = self.blocking.threads[0] * self.blocking.threads[1];
            line!(self, "    shelf[{}u + self_at] = 0.0;", place * threads);
        }
        line!(self, "    workgroupBarrier();");
    }

    /// Reads the row at `s` ahead of its use.
    fn read(&mut self, pad: &str) {
        if !self.any() {
            for c in self.columns() {
                line!(self, "{pad}read_{c} = enthalpy[s * plane + column + {c}];");
                line!(self, "{pad}read_lost_{c} = carry[s * plane + column + {c}];");
            }
            return;
        }
        for c in self.columns() {
            line!(self, "{pad}read_{c} = 0.0;\n{pad}read_lost_{c} = 0.0;");
        }
        line!(self, "{pad}read_word = VOID_WORD;");
        line!(self, "{pad}if s >= 0 && s < depth {{");
        for c in self.columns() {
            line!(self, "{pad}    if in{c} {{");
            line!(self, "{pad}        let i = s * plane + column + {c};");
            line!(self, "{pad}        read_{c} = enthalpy[i];\n{pad}        read_lost_{c} = carry[i];");
            line!(self, "{pad}        read_word = insertBits(read_word, kind_byte(u32(i)), {}u, 8u);", 8 * c);
            line!(self, "{pad}    }}");
        }
        line!(self, "{pad}}}");
    }

    /// One row: a new one of level 0, and what follows from it in every level.
    fn row(&mut self, phase: usize) {
        let [old, centre, new] = [(phase + 1) % 3, (phase + 2) % 3, phase];
        let levels = self.levels();
        line!(self, "        {{");
        for l in 0..levels {
            for c in self.columns() {
                line!(self, "            let before{l}_{c} = lost{l}_{c};");
                if self.walls() && l > 0 {
                    line!(self, "            let booked{l}_{c} = sum{l}_{c};");
                }
            }
        }
        if self.any() {
            for l in (1..=levels).rev() {
                line!(self, "            word{l} = word{};", l - 1);
            }
            line!(self, "            word0 = read_word;");
        }
        for c in self.columns() {
            line!(self, "            u0_{new}_{c} = read_{c};\n            lost0_{c} = read_lost_{c};");
        }
        line!(self, "            s += 1;");
        self.read("            ");
        for l in 0..levels {
            self.level(l, [old, centre, new]);
        }
        self.write();
        for l in 0..levels {
            let half = self.blocking.shelf_bytes(self.three) / 8;
            let shared = self.blocking.shared(self.three);
            let threads = self.blocking.threads[0] * self.blocking.threads[1];
            for n in 0..shared {
                let column = if shared == self.blocking.columns || n == 0 { n } else { self.blocking.columns - 1 };
                let place = (l * shared + n) * threads;
                line!(self, "            shelf[{half}u - shown + {place}u + self_at] = u{l}_{new}_{column};");
            }
        }
        let half = self.blocking.shelf_bytes(self.three) / 8;
        line!(self, "            shown = {half}u - shown;\n            workgroupBarrier();");
        if self.blocking.unroll == 1 {
            for l in 0..levels {
                for c in self.columns() {
                    line!(
                        self,
                        "            u{l}_{old}_{c} = u{l}_{centre}_{c};\n            u{l}_{centre}_{c} = u{l}_{new}_{c};"
                    );
                }
            }
        }
        line!(self, "        }}");
    }

    /// What another thread showed of a level one row ago.
    fn shown(&self, level: usize, number: usize, of: &str) -> String {
        let threads = self.blocking.threads[0] * self.blocking.threads[1];
        format!("shelf[shown + {}u + {of}]", (level * self.blocking.shared(self.three) + number) * threads)
    }

    /// Row `s - 2 - l` of level l + 1; `s` is already one further.
    fn level(&mut self, l: usize, [old, centre, new]: [usize; 3]) {
        let columns = self.blocking.columns;
        let pad = "            ";
        let (west, east) = (self.shown(l, self.blocking.shared(self.three) - 1, "west"), self.shown(l, 0, "east"));
        for c in self.columns() {
            line!(self, "{pad}var next{l}_{c} = 0.0;\n{pad}var rest{l}_{c} = 0.0;");
            if self.walls() {
                let before = if l > 0 { format!("booked{l}_{c}") } else { "0.0".into() };
                line!(self, "{pad}var seen{l}_{c} = {before};");
            }
        }
        line!(self, "{pad}{{");
        // differences along x, one more than columns
        for c in 0..=columns {
            let right = if c < columns { format!("u{l}_{centre}_{c}") } else { east.clone() };
            let left = if c > 0 { format!("u{l}_{centre}_{}", c - 1) } else { west.clone() };
            line!(self, "{pad}    let dx{c} = {right} - {left};");
        }
        for c in self.columns() {
            let here = format!("u{l}_{centre}_{c}");
            if self.three {
                let (south, north) = (self.shown(l, c, "south"), self.shown(l, c, "north"));
                line!(self, "{pad}    let south{c} = {south} - {here};\n{pad}    let north{c} = {north} - {here};");
            }
            line!(self, "{pad}    let below{c} = u{l}_{old}_{c} - {here};");
            line!(self, "{pad}    let above{c} = u{l}_{new}_{c} - {here};");
        }
        if self.any() {
            let mask = (0..columns).map(|c| 0x80_u32 << (8 * c)).sum::<u32>();
            line!(self, "{pad}    if (word{} & {mask:#x}u) == 0u {{", l + 1);
            line!(self, "{pad}        let alike = alike_of(word{} & 127u, step);", l + 1);
            line!(self, "{pad}        let other = one * alike;");
            self.alike(l, centre, "                    ");
            line!(self, "{pad}    }} else {{");
            self.apart(l, centre);
            line!(self, "{pad}    }}");
        } else {
            self.alike(l, centre, "                ");
        }
        line!(self, "{pad}}}");
        if l + 1 < self.levels() {
            for c in self.columns() {
                line!(self, "{pad}u{}_{new}_{c} = next{l}_{c};\n{pad}lost{}_{c} = rest{l}_{c};", l + 1, l + 1);
                if self.walls() {
                    line!(self, "{pad}sum{}_{c} = seen{l}_{c};", l + 1);
                }
            }
        }
    }

    /// Cells whose links are all alike. `other` is the same by a way that no compiler sees: a sum of two products with one factor would be
    /// taken for the product of a sum, and differ in its last digit from what cells set apart have.
    fn alike(&mut self, l: usize, centre: usize, pad: &str) {
        let stream = if self.three { "z" } else { "y" };
        for c in self.columns() {
            line!(self, "{pad}var gain{c} = fma(alike.x, dx{}, -(other.x * dx{c}));", c + 1);
            if self.three {
                line!(self, "{pad}gain{c} = fma(alike.y, north{c}, fma(other.y, south{c}, gain{c}));");
            }
            line!(self, "{pad}gain{c} = fma(alike.{stream}, above{c}, fma(other.{stream}, below{c}, gain{c}));");
            self.add(l, c, centre, "alike.w", pad);
        }
    }

    /// Cells each of its own kind.
    fn apart(&mut self, l: usize, centre: usize) {
        let pad = "                    ";
        let far = l + 2;
        for c in self.columns() {
            let place = if self.three {
                format!("vec3<i32>(x + {c}, y, s - {far})")
            } else {
                format!("vec3<i32>(x + {c}, s - {far}, 0)")
            };
            let (south, north) =
                if self.three { (format!("south{c}"), format!("north{c}")) } else { ("0.0".into(), "0.0".into()) };
            line!(self, "{pad}let kind{c} = extractBits(word{}, {}u, 7u);", l + 1, 8 * c);
            line!(
                self,
                "{pad}let got{c} = gain_of({place}, kind{c}, {l}u, u{l}_{centre}_{c}, -dx{c}, dx{}, {south}, {north}, below{c}, above{c});",
                c + 1
            );
            line!(self, "{pad}let gain{c} = got{c}.x;");
            if self.walls() {
                line!(self, "{pad}seen{l}_{c} += got{c}.y;");
            }
            self.add(l, c, centre, &format!("(step * bodies[kind{c}])"), pad);
        }
    }

    /// Adds a gain, and keeps what rounding takes: Dekker's sum, by fused operations that no compiler may shorten, since none knows
    /// that `one` is 1.
    fn add(&mut self, l: usize, c: usize, centre: usize, scale: &str, pad: &str) {
        let here = format!("u{l}_{centre}_{c}");
        line!(self, "{pad}let change{c} = fma(gain{c}, {scale}, before{l}_{c});");
        line!(self, "{pad}next{l}_{c} = {here} + change{c};");
        line!(self, "{pad}rest{l}_{c} = change{c} - fma(next{l}_{c}, one, -{here});");
    }

    /// Writes the row of the last level.
    fn write(&mut self) {
        let last = self.levels() - 1;
        let pad = "            ";
        let back = self.levels() + 1;
        line!(self, "{pad}if s - {back} >= first && s - {back} < last {{");
        for c in self.columns() {
            line!(self, "{pad}    if mine{c} {{");
            line!(self, "{pad}        let i = (s - {back}) * plane + column + {c};");
            line!(self, "{pad}        next[i] = next{last}_{c};\n{pad}        carry_next[i] = rest{last}_{c};");
            if self.walls() {
                let at = if self.three { format!("u32(y + n.y * (s - {back}))") } else { format!("u32(s - {back})") };
                let kind = format!("extractBits(word{}, {}u, 7u)", self.levels(), 8 * c);
                line!(self, "{pad}        if bodies[KINDS + {kind}] > 0.0 {{");
                line!(self, "{pad}            book({at}, u32(x + {c}), seen{last}_{c});\n{pad}        }}");
            }
            line!(self, "{pad}    }}");
        }
        line!(self, "{pad}}}");
    }
}
