//! Floorplans of chips and traces of their power, as HotSpot writes them (Huang et al., IEEE Trans. VLSI Syst. 14, 501 (2006)).

use super::images::beside;
use super::item::{Bound, Item, metres};
use super::regions::{Filling, RegionPlan, SourcePlan};
use super::section::Section;
use super::varying::Varying;
use crate::expression::Expression;
use crate::quantity;
use crate::region::Shape;
use glam::DVec3;

/// Lines of a text file that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.split('#').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>()))
        .filter(|(_, words)| !words.is_empty())
}

/// What to call a text and the text: that of a file, or what stands in the scenario itself where it has several lines.
fn read_text(item: &Item<'_>) -> Option<(String, String)> {
    let text = item.text()?;
    if text.contains('\n') {
        return Some(("the text".to_owned(), text.to_owned()));
    }
    let path = beside(item, text);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some((path.display().to_string(), text)),
        Err(error) => {
            item.error(
                format!("cannot read {}: {error}", path.display()),
                "name a text file (a relative path counts from the scenario's folder), or write the text itself between \"\"\" and \"\"\"",
            );
            None
        }
    }
}

/// A block of a floorplan, m from the floorplan's low corner.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    name: String,
    size: [f64; 2],
    at: [f64; 2],
}

fn parse_blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    for (number, words) in lines(text) {
        let wrong = |what: String| Err(format!("line {number}: {what}"));
        let &[name, ref numbers @ ..] = &words[..] else { continue };
        if numbers.len() > 4 {
            return wrong(format!(
                "block {name} gives its own heat capacity and resistivity; paint such a block as a region of its own material"
            ));
        }
        let values: Option<Vec<f64>> = numbers.iter().map(|w| w.parse().ok().filter(|v: &f64| v.is_finite())).collect();
        let Some([width, height, x, y]) = values.as_deref() else {
            return wrong(format!("{} is no block", words.join(" ")));
        };
        if *width <= 0.0 || *height <= 0.0 {
            return wrong(format!("block {name} has no extent"));
        }
        if blocks.iter().any(|b| b.name == name) {
            return wrong(format!("there is a second block {name}"));
        }
        blocks.push(Block { name: name.to_owned(), size: [*width, *height], at: [*x, *y] });
    }
    if blocks.is_empty() { Err("there is no block".into()) } else { Ok(blocks) }
}

/// Power of each block over time: a row for each interval, W.
#[derive(Debug, Clone, PartialEq)]
struct Trace {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

fn parse_trace(text: &str) -> Result<Trace, String> {
    let mut rows = lines(text);
    let names: Vec<String> =
        rows.next().map(|(_, words)| words.iter().map(|w| w.to_string()).collect()).unwrap_or_default();
    if let Some((n, name)) = names.iter().enumerate().find(|(n, name)| names[..*n].contains(name)) {
        return Err(format!("column {} is a second {name}", n + 1));
    }
    let mut trace = Trace { names, rows: Vec::new() };
    for (number, words) in rows {
        let values: Option<Vec<f64>> = words.iter().map(|w| w.parse().ok().filter(|v: &f64| v.is_finite())).collect();
        match values {
            Some(values) if values.len() == trace.names.len() => trace.rows.push(values),
            Some(values) => {
                return Err(format!("line {number}: {} powers for {} names", values.len(), trace.names.len()));
            }
            None => return Err(format!("line {number} holds something else than powers in W")),
        }
    }
    if trace.rows.is_empty() { Err("there is no row of powers".into()) } else { Ok(trace) }
}

/// Power that follows a trace.
#[derive(Debug, Clone)]
pub(super) struct Traced<'d> {
    item: Item<'d>,
    /// W.
    rows: Vec<f64>,
    /// s.
    interval: f64,
}

impl<'d> Traced<'d> {
    /// The power until a time (s), each row held for its interval and the whole repeated; for a steady state (`None`)
    /// the mean, W.
    pub fn power(&self, until: Option<f64>) -> Varying<'d> {
        let n = self.rows.len();
        let mean = self.rows.iter().sum::<f64>() / n as f64;
        let expression = match until {
            None => Expression::constant(mean),
            Some(until) => {
                let count = ((until / self.interval).ceil() as usize).max(1);
                let points = (0..count).map(|k| (k as f64 * self.interval, self.rows[k % n])).collect();
                Expression::held(points).unwrap_or_else(|_| Expression::constant(mean))
            }
        };
        Varying { expression, item: self.item.clone(), bound: Bound::Any }
    }
}

/// Keys of a region that carries a floorplan.
pub(super) struct FloorplanItems<'d> {
    pub floorplan: Item<'d>,
    pub trace: Option<Item<'d>>,
    pub interval: Option<Item<'d>>,
    pub powers: Option<Item<'d>>,
}

impl<'d> FloorplanItems<'d> {
    /// Asks for the keys.
    pub fn of(section: &Section<'d>) -> Option<FloorplanItems<'d>> {
        let (trace, interval, powers) =
            (section.get("power_trace"), section.get("sampling_interval"), section.get("block_power"));
        let floorplan = section.get("floorplan");
        let needs = "needs a floorplan";
        if floorplan.is_none() {
            for item in [&trace, &interval, &powers].into_iter().flatten() {
                item.error(needs, "add floorplan = \"chip.flp\"");
            }
        }
        Some(FloorplanItems { floorplan: floorplan?, trace, interval, powers })
    }

    /// The blocks as regions that heat what they lie in. The floorplan's low corner is the low corner of the region's box.
    pub fn blocks(&self, parent: &RegionPlan<'d>) -> Option<Vec<RegionPlan<'d>>> {
        let Shape::Box { low, high } = parent.shape else {
            parent.shape_item.error(
                "a floorplan lies in a box",
                "add box = [[x, y, z], [x, y, z]]: its low corner is the floorplan's, its height that of the blocks",
            );
            return None;
        };
        let (file, text) = read_text(&self.floorplan)?;
        let blocks = match parse_blocks(&text) {
            Ok(blocks) => blocks,
            Err(reason) => {
                let form = "each line: name, width, height, left x, bottom y, in m; # begins a remark";
                self.floorplan.error(format!("{file}: {reason}"), form);
                return None;
            }
        };
        let corner = |f: fn(f64, f64) -> f64, from: f64, side: fn(&Block) -> [f64; 2]| {
            [0, 1].map(|a| blocks.iter().map(|b| side(b)[a]).fold(from, f))
        };
        let first = corner(f64::min, f64::INFINITY, |b| b.at);
        let last = corner(f64::max, f64::NEG_INFINITY, |b| [b.at[0] + b.size[0], b.at[1] + b.size[1]]);
        for a in 0..2 {
            let (room, size) = (high[a] - low[a], last[a] - first[a].min(0.0));
            if size > room * (1.0 + 1e-6) || first[a] < -1e-6 * room {
                self.floorplan.error(
                    format!(
                        "{file} reaches from {} to {} along {}, the box has {}",
                        metres(first[a]),
                        metres(last[a]),
                        ["x", "y"][a],
                        metres(room)
                    ),
                    "make the box as large as the floorplan",
                );
                return None;
            }
        }
        let mut sources = self.sources(&blocks)?;
        let regions = blocks.iter().enumerate().map(|(n, block)| {
            let from = DVec3::new(low.x + block.at[0], low.y + block.at[1], low.z);
            let to = DVec3::new(from.x + block.size[0], from.y + block.size[1], high.z);
            RegionPlan {
                name: block.name.clone(),
                item: parent.item.clone(),
                shape_item: self.floorplan.clone(),
                shape: Shape::Box { low: from, high: to },
                filling: Filling::Unchanged,
                source: sources[n].0.take(),
                bands: parent.bands.clone(),
                boundary: None,
                initial: None,
                trace: sources[n].1.take(),
            }
        });
        Some(regions.collect())
    }

    /// Of each block: its given power, or what follows the trace.
    #[allow(clippy::type_complexity, reason = "a pair for each block")]
    fn sources(&self, blocks: &[Block]) -> Option<Vec<(Option<SourcePlan<'d>>, Option<Traced<'d>>)>> {
        let mut sources: Vec<(Option<SourcePlan<'d>>, Option<Traced<'d>>)> = vec![(None, None); blocks.len()];
        let find = |name: &str| blocks.iter().position(|b| b.name == name);
        let names = || blocks.iter().map(|b| b.name.as_str()).collect::<Vec<_>>().join(", ");
        if let (Some(_), Some(powers)) = (&self.trace, &self.powers) {
            powers.error("cannot stand beside `power_trace`", "keep one of the two");
            return None;
        }
        if let Some(powers) = &self.powers {
            for (name, item) in powers.section()?.entries() {
                let Some(n) = find(name) else {
                    item.error(format!("the floorplan has no block {name}"), format!("its blocks: {}", names()));
                    return None;
                };
                sources[n].0 =
                    Some(SourcePlan::Power(item.varying(quantity::POWER, Bound::Any, super::varying::TIME)?));
            }
        }
        let Some(item) = &self.trace else {
            if let Some(interval) = &self.interval {
                interval.error("belongs to a `power_trace`", "remove it, or add power_trace = \"chip.ptrace\"");
            }
            return Some(sources);
        };
        let Some(interval) = &self.interval else {
            item.error("needs the time between its rows", "add sampling_interval = \"10 ms\"");
            return None;
        };
        let interval = interval.quantity(quantity::TIME, Bound::Positive)?;
        let (file, text) = read_text(item)?;
        let trace = match parse_trace(&text) {
            Ok(trace) => trace,
            Err(reason) => {
                item.error(format!("{file}: {reason}"), "a line of block names, then lines of their powers in W");
                return None;
            }
        };
        for (column, name) in trace.names.iter().enumerate() {
            let Some(n) = find(name) else {
                item.error(format!("{file}: the floorplan has no block {name}"), format!("its blocks: {}", names()));
                return None;
            };
            let rows = trace.rows.iter().map(|row| row[column]).collect();
            sources[n].1 = Some(Traced { item: item.clone(), rows, interval });
        }
        let cold: Vec<&str> =
            blocks.iter().zip(&sources).filter(|(_, s)| s.1.is_none()).map(|(b, _)| &*b.name).collect();
        if !cold.is_empty() {
            item.document.warn(format!("{file} has no column for {}: no power there", cold.join(", ")));
        }
        Some(sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_and_refused_by_line() {
        let blocks =
            parse_blocks("# a chip\ncore\t1e-3\t2e-3\t0\t0.5e-3 # the core\n\ncache 1e-3 1e-3 1e-3 0\n").expect("two");
        assert_eq!(blocks[0], Block { name: "core".into(), size: [1e-3, 2e-3], at: [0.0, 0.5e-3] });
        assert_eq!(blocks.len(), 2);
        for (text, part) in [
            ("a 1 1 0", "line 1"),
            ("a 1 1 0 0\na 1 1 1 0", "line 2: there is a second block a"),
            ("a 1 0 0 0", "no extent"),
            ("a 1 1 0 0 1.7e6 0.01", "own material"),
            ("# nothing", "no block"),
        ] {
            assert!(parse_blocks(text).unwrap_err().contains(part), "{text}");
        }
    }

    #[test]
    fn traces_are_read_and_refused_by_line() {
        let trace = parse_trace("a b\n1 2\n3 4\n").expect("two rows");
        assert_eq!(trace.rows, [[1.0, 2.0], [3.0, 4.0]]);
        for (text, part) in [
            ("a b\n1\n", "line 2: 1 powers for 2 names"),
            ("a a\n1 1", "second a"),
            ("a\nx", "line 2"),
            ("a\n", "no row"),
        ] {
            assert!(parse_trace(text).unwrap_err().contains(part), "{text}");
        }
    }
}
