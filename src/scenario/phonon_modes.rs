//! Tables of phonon modes, as lattice dynamics codes give them, gathered into bands.

use super::item::{Item, number};
use super::section::backticks;
use crate::kinetic::medium::Band;
use crate::nearest::nearest;
use crate::spectrum::Spectral;
use std::path::Path;

/// What a heading may name, in capitals or not.
const COLUMNS: [&str; 7] = ["C", "v", "vx", "vy", "vz", "tau", "omega"];

/// Bands that modes are gathered into, unless the scenario says otherwise.
pub(super) const BANDS: usize = 20;

/// Reads a table of modes: a heading that names its columns, and a line for each mode. Columns are `C` (J/(m3 K)), `v` or `vx`,
/// `vy`, `vz` (m/s), `tau` (s) and, if there is one, `omega` (rad/s), parted by commas or blanks; `#` starts a comment. Speeds
/// count, not directions.
///
/// Modes are gathered by mean free path, evenly in its logarithm. A band keeps the heat capacity, the C v and the conductivity
/// of its modes. A relative path counts from the scenario's folder.
pub(super) fn read(item: &Item<'_>, bands: usize) -> Option<Spectral> {
    let name = item.text()?;
    let remedy = "name a text file with a heading such as `C,vx,vy,vz,tau` (J/(m3 K), m/s, s) and a line for each mode";
    let folder = Path::new(&item.document.file).parent().unwrap_or(Path::new(""));
    let text = match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => text,
        Err(error) => {
            item.error(format!("cannot read {name}: {error}"), remedy);
            return None;
        }
    };
    if let Some(other) = unknown_column(&text) {
        let remedy = match nearest(&other, COLUMNS) {
            Some(near) => format!("did you mean `{near}`? known columns: {}", backticks(&COLUMNS)),
            None => format!("remove that column; known columns: {}", backticks(&COLUMNS)),
        };
        item.error(format!("{name}: its heading names `{other}`, which is no known column"), remedy);
        return None;
    }
    if let Some([low, high]) = anisotropy(&text) {
        item.document.warn(format!(
            "{name}: along x, y and z its modes carry heat unlike, {} to {} W/(m K); speeds count here, not directions, and every axis gets the mean",
            number(low),
            number(high)
        ));
    }
    match parse(&text) {
        Ok((modes, frequencies)) => Some(Spectral::of_modes(modes, frequencies, bands, format!("modes of {name}"))),
        Err(message) => {
            item.error(format!("{name}: {message}"), remedy);
            None
        }
    }
}

/// The lines that hold something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line.split('#').next().unwrap_or_default().trim()))
        .filter(|(_, line)| !line.is_empty())
}

fn words(line: &str) -> Vec<String> {
    line.split(|c: char| c == ',' || c.is_whitespace()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// What the heading names and nobody reads: a weight of each mode, say, without which the numbers mean something else.
fn unknown_column(text: &str) -> Option<String> {
    let (_, heading) = lines(text).next()?;
    words(heading).into_iter().find(|word| !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

/// The least and the largest conductivity along the axes, sum of C v^2 tau, W/(m K), of a table that tells directions and in which they
/// differ by more than a twentieth.
fn anisotropy(text: &str) -> Option<[f64; 2]> {
    const ALIKE: f64 = 0.05;
    let mut lines = lines(text);
    let heading = words(lines.next()?.1);
    let column = |name: &str| heading.iter().position(|h| h.eq_ignore_ascii_case(name));
    let (capacity, tau) = (column("C")?, column("tau")?);
    let along = [column("vx")?, column("vy")?, column("vz")?];
    let mut sums = [0.0f64; 3];
    for (_, line) in lines {
        let numbers: Vec<f64> = words(line).iter().map(|w| w.parse().unwrap_or(f64::NAN)).collect();
        for (sum, axis) in sums.iter_mut().zip(along) {
            *sum += numbers.get(capacity)? * numbers.get(axis)?.powi(2) * numbers.get(tau)?;
        }
    }
    let (low, high) = sums.iter().fold((f64::INFINITY, 0.0f64), |(low, high), s| (low.min(*s), high.max(*s)));
    (column("v").is_none() && high - low > ALIKE * high).then_some([low, high])
}

/// C, v and mean free path of every mode that carries heat, and its frequency (rad/s) where there is a column of them.
fn parse(text: &str) -> Result<(Vec<Band>, Option<Vec<f64>>), String> {
    let mut lines = lines(text);
    let (_, heading) = lines.next().ok_or("is empty")?;
    let heading = words(heading);
    let column = |name: &str| heading.iter().position(|h| h.eq_ignore_ascii_case(name));
    let capacity = column("C").ok_or("its heading has no column `C`")?;
    let tau = column("tau").ok_or("its heading has no column `tau`")?;
    let speed: Vec<usize> = match column("v") {
        Some(v) => vec![v],
        None => ["vx", "vy", "vz"]
            .iter()
            .map(|v| column(v).ok_or_else(|| format!("its heading has neither `v` nor `{v}`")))
            .collect::<Result<_, _>>()?,
    };
    let omega = column("omega");
    let (mut modes, mut frequencies) = (Vec::new(), Vec::new());
    for (number, line) in lines {
        let numbers: Vec<f64> = words(line)
            .iter()
            .map(|w| w.parse::<f64>().map_err(|_| format!("line {number}: `{w}` is no number")))
            .collect::<Result<_, _>>()?;
        if numbers.len() != heading.len() {
            return Err(format!("line {number} has {} numbers, the heading {}", numbers.len(), heading.len()));
        }
        let v = speed.iter().map(|&c| numbers[c] * numbers[c]).sum::<f64>().sqrt();
        let (c, tau) = (numbers[capacity], numbers[tau]);
        if !(c >= 0.0 && tau >= 0.0 && v.is_finite() && c.is_finite() && tau.is_finite()) {
            return Err(format!("line {number}: C and tau must not be negative"));
        }
        if c > 0.0 && tau > 0.0 && v > 0.0 {
            modes.push(Band { heat_capacity: c, velocity: v, mean_free_path: v * tau });
            frequencies.extend(omega.map(|column| numbers[column]));
        }
    }
    if modes.is_empty() { Err("no mode carries heat".to_owned()) } else { Ok((modes, omega.map(|_| frequencies))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_that_prefer_an_axis_are_noticed() {
        let along_x = "C vx vy vz tau\n1e6 3000 0 0 1e-11\n1e6 -3000 0 0 1e-11\n";
        let [low, high] = anisotropy(along_x).unwrap();
        assert!(low == 0.0 && (high / 180.0 - 1.0).abs() < 1e-12, "{low} {high}");
        let cube = "C vx vy vz tau\n1e6 3000 0 0 1e-11\n1e6 0 3000 0 1e-11\n1e6 0 0 -3050 1e-11\n";
        assert_eq!((anisotropy(cube), anisotropy("C v tau\n1 2 3\n")), (None, None));
    }

    #[test]
    fn columns_are_found_by_name() {
        let text = "# modes\nC, vx, vy, vz, tau\n1e5, 3000, 0, 4000, 1e-11\n2e5, 100, 0, 0, 1e-12 # slow\n\n5e4 0 6000 0 2e-10\n";
        let (modes, frequencies) = parse(text).unwrap();
        assert_eq!((modes.len(), frequencies), (3, None));
        assert_eq!(parse("omega C v tau\n1e13 1 2 3\n0 0 1 1").unwrap().1, Some(vec![1e13]));
        assert_eq!(modes[0].velocity, 5000.0);
        assert!(parse("C v\n1 2").unwrap_err().contains("tau"));
        assert!(parse("C v tau\n1 2").unwrap_err().contains("line 2"));
        assert!(parse("C v tau\n1 2 x").unwrap_err().contains('x'));
        assert_eq!(unknown_column("# modes\nc, V, Tau, omega\n1 2 3 4"), None);
        assert_eq!(unknown_column("C,v,tau,degeneracy\n1,2,3,4"), Some("degeneracy".to_owned()));
    }
}
