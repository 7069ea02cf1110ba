//! `legend`: what each colour, gray level or number of an image or an array is made of.

use super::Model;
use super::images::{Choice, Elements, Levels, parse_colour, read_elements};
use super::item::{Item, number};
use super::regions::{Body, Filling, RegionPlan, read_body, read_name};
use super::section::Section;

const FORM: &str = "write legend = { \"#ff0000\" = \"copper\", \"0..99\" = \"void\", \"7\" = { material = \"silicon\", power = \"3 W\" } }";

/// A line of the legend.
struct Line<'d> {
    key: &'d str,
    item: Item<'d>,
    choice: Choice,
    name: Option<String>,
    body: Body<'d>,
}

/// Reads a region whose `legend` tells what the elements of its image or array are: a region for each line, lines that only name the same
/// material together.
pub(super) fn read_legend<'d>(
    section: &Section<'d>,
    legend: &Item<'d>,
    dimensions: usize,
    model: Model,
) -> Option<Vec<RegionPlan<'d>>> {
    let source = section.one_of(&["image", "array"]);
    let name = section.get("name");
    section.later(
        &["material", "power", "power_density", "initial_temperature", "boundary", "repeat"],
        "cannot stand beside `legend`",
        "write it in a line of the legend: \"#ff0000\" = { material = \"copper\", power = \"3 W\" }",
    );
    section.finish();
    let prefix = match &name {
        Some(item) => Some(read_name(item)?),
        None => None,
    };
    let Some((kind, source)) = source else {
        legend.error("needs an image or an array", "add image = \"map.png\" or array = \"map.npy\" to the region");
        return None;
    };
    let table = legend.section()?;
    let lines: Vec<Option<Line<'d>>> =
        table.entries().map(|(key, item)| read_line(&table, kind, key, item, model)).collect();
    let lines: Vec<Line<'d>> = lines.into_iter().collect::<Option<_>>()?;
    if lines.is_empty() {
        legend.error("names nothing", FORM);
        return None;
    }
    for (n, line) in lines.iter().enumerate() {
        if let Some(other) = lines[..n].iter().find(|other| overlap(&line.choice, &other.choice)) {
            table.error_of_key(
                line.key,
                format!("means elements that \"{}\" means too", other.key),
                "let each element have one line",
            );
            return None;
        }
    }
    let elements = read_elements(&source, kind, dimensions)?;
    let owners = owners(&elements, &lines, &source, kind)?;
    let mut regions: Vec<RegionPlan<'d>> = Vec::new();
    let mut taken = vec![false; lines.len()];
    for (n, line) in lines.iter().enumerate() {
        if taken[n] {
            continue;
        }
        let group: Vec<usize> = (n..lines.len()).filter(|&m| m == n || is_same(line, &lines[m])).collect();
        group.iter().for_each(|&m| taken[m] = true);
        let inside: Vec<bool> = owners.iter().map(|owner| group.contains(owner)).collect();
        if !inside.contains(&true) {
            line.item.document.warn(format!(
                "{} has no element of \"{}\", which its legend names",
                kind_name(&source),
                line.key
            ));
            continue;
        }
        let own = line.name.clone().unwrap_or_else(|| line.body.filling.name().unwrap_or(line.key).to_owned());
        regions.push(RegionPlan {
            name: prefix.as_ref().map_or(own.clone(), |prefix| format!("{prefix}.{own}")),
            item: line.item.clone(),
            shape_item: line.item.clone(),
            shape: elements.shape(inside),
            filling: line.body.filling.clone(),
            source: line.body.source.clone(),
            bands: line.body.bands.clone(),
            boundary: line.body.boundary.clone(),
            initial: line.body.initial.clone(),
            trace: None,
        });
    }
    Some(regions)
}

fn kind_name(source: &Item<'_>) -> String {
    format!("`{}`", source.path)
}

/// Whether two lines only name the same material.
fn is_same(a: &Line<'_>, b: &Line<'_>) -> bool {
    let plain = |line: &Line<'_>| line.item.as_text().is_some();
    plain(a) && plain(b) && a.item.as_text() == b.item.as_text()
}

fn overlap(a: &Choice, b: &Choice) -> bool {
    let range = |choice: &Choice| match choice {
        Choice::Gray(levels) => Some(*levels),
        Choice::Colour([r, g, b]) => (r == g && g == b).then(|| [f64::from(*r); 2]),
    };
    match (range(a), range(b)) {
        (Some(a), Some(b)) => a[0] <= b[1] && b[0] <= a[1],
        _ => a == b,
    }
}

fn read_line<'d>(table: &Section<'d>, kind: &str, key: &'d str, item: Item<'d>, model: Model) -> Option<Line<'d>> {
    let choice = match parse_choice(key) {
        Some(Choice::Colour(_)) if kind == "array" => None,
        choice => choice,
    };
    let Some(choice) = choice else {
        let meant = if kind == "image" { "is no colour and no gray level" } else { "is no number" };
        let form = if kind == "image" {
            "write \"#rrggbb\" (hexadecimal), a gray level such as \"128\", or a range of them such as \"0..99\" (both ends count)"
        } else {
            "write a number such as \"1\", or a range such as \"2..5\" (both ends count)"
        };
        table.error_of_key(key, meant, form);
        return None;
    };
    if item.as_text().is_some() {
        let body = Body { filling: Filling::read(&item)?, source: None, bands: None, boundary: None, initial: None };
        return Some(Line { key, item, choice, name: None, body });
    }
    if !item.is_table() {
        item.error("is no material", FORM);
        return None;
    }
    let section = item.section()?;
    let name = section.get("name");
    let body = read_body(&section, model, false);
    section.finish();
    let name = match name {
        Some(item) => Some(read_name(&item)?),
        None => None,
    };
    Some(Line { key, item, choice, name, body: body? })
}

/// `#rrggbb`, `128` or `0..99`.
fn parse_choice(key: &str) -> Option<Choice> {
    if let Some(colour) = parse_colour(key) {
        return Some(Choice::Colour(colour));
    }
    let value = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    let ends = match key.split_once("..") {
        Some((low, high)) => [value(low)?, value(high)?],
        None => [value(key)?; 2],
    };
    (ends[0] <= ends[1]).then_some(Choice::Gray(ends))
}

/// The line of every element; an error names the first element that has none.
fn owners(elements: &Elements, lines: &[Line<'_>], source: &Item<'_>, kind: &str) -> Option<Vec<usize>> {
    let mut last = 0;
    let mut find = |n: usize| {
        if !lines[last].choice.holds(&elements.levels, n) {
            last = lines.iter().position(|line| line.choice.holds(&elements.levels, n))?;
        }
        Some(last)
    };
    let found: Vec<Option<usize>> = (0..elements.len()).map(&mut find).collect();
    let [nx, ny, nz] = elements.lattice.size();
    let place = |n: usize| [n % nx, n / nx % ny, n / (nx * ny)];
    // as one reads: images from the top row down
    let reading = |n: &usize| {
        let [x, y, z] = place(*n);
        [z, if kind == "image" { ny - 1 - y } else { y }, x]
    };
    let bare = || (0..found.len()).filter(|n| found[*n].is_none());
    let Some(first) = bare().min_by_key(reading) else {
        return Some(found.into_iter().flatten().collect());
    };
    let count = bare().count();
    let [x, y, z] = place(first);
    let (what, text) = match &elements.levels {
        Levels::Colour(colours) => {
            let [r, g, b] = colours[first];
            ("colour", format!("#{r:02x}{g:02x}{b:02x}"))
        }
        Levels::Gray(levels) if kind == "image" => ("gray level", number(levels[first])),
        Levels::Gray(levels) => ("value", number(levels[first])),
    };
    let place = match (kind, nz) {
        ("image", 1) => format!("pixel ({x}, {}), counted from 0 at the top left,", ny - 1 - y),
        ("image", _) => format!("pixel ({x}, {}) of page {}, counted from 0 at the top left,", ny - 1 - y, z + 1),
        (_, 1) => format!("element [{y}, {x}]"),
        _ => format!("element [{z}, {y}, {x}]"),
    };
    let others = if count > 1 { format!("; {count} elements have none") } else { String::new() };
    let near = nearest_colour(elements, lines, first);
    source.error(
        format!("{place} has the {what} {text}, which is not in the legend{others}"),
        format!("add a line \"{text}\" = \"...\" to the legend{near}"),
    );
    None
}

/// Where smoothed edges of a drawing made a colour that nobody meant.
fn nearest_colour(elements: &Elements, lines: &[Line<'_>], at: usize) -> String {
    let Levels::Colour(colours) = &elements.levels else { return String::new() };
    let distance = |line: &&Line<'_>| match line.choice {
        Choice::Colour(c) => {
            c.iter().zip(&colours[at]).map(|(a, b)| i32::from(*a).abs_diff(i32::from(*b))).sum::<u32>()
        }
        Choice::Gray(_) => u32::MAX,
    };
    match lines.iter().min_by_key(distance) {
        Some(line) if distance(&line) < u32::MAX => {
            format!(
                " (the nearest is \"{}\"); a drawing is saved without smoothed edges (anti-aliasing), as PNG",
                line.key
            )
        }
        _ => String::new(),
    }
}
