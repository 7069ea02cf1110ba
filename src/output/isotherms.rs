//! Lines of equal value with their values written on them.

use super::text;

/// A point on the picture, pixels.
pub type Point = (f64, f64);

/// Lines of one value, with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotherm {
    /// Pieces that are drawn: those under the label are left out.
    pub pieces: Vec<[Point; 2]>,
    /// Where its value is written; none where no stretch is long enough.
    pub labels: Vec<Point>,
}

/// Size of the labels, pixels.
pub const LABEL: f32 = 20.0;

/// Joins pieces that share an end into lines.
fn chained(pieces: &[[Point; 2]]) -> Vec<Vec<Point>> {
    let key = |p: Point| ((p.0 * 64.0).round() as i64, (p.1 * 64.0).round() as i64);
    let mut at: std::collections::HashMap<(i64, i64), Vec<usize>> = std::collections::HashMap::new();
    for (n, piece) in pieces.iter().enumerate() {
        piece.iter().for_each(|p| at.entry(key(*p)).or_default().push(n));
    }
    let mut used = vec![false; pieces.len()];
    let mut chains = Vec::new();
    let follow = |from: usize, end: Point, used: &mut Vec<bool>| {
        let (mut chain, mut end, mut here) = (vec![end], end, from);
        while let Some(&next) = at.get(&key(end)).and_then(|list| list.iter().find(|n| !used[**n] && **n != here)) {
            used[next] = true;
            let [a, b] = pieces[next];
            end = if key(a) == key(end) { b } else { a };
            chain.push(end);
            here = next;
        }
        chain
    };
    for n in 0..pieces.len() {
        if !std::mem::replace(&mut used[n], true) {
            let mut chain = follow(n, pieces[n][0], &mut used);
            chain.reverse();
            chain.extend(follow(n, pieces[n][1], &mut used));
            chains.push(chain);
        }
    }
    chains
}

/// Places labels on the lines of one value (`pieces`, pixels). Labels keep within `room` (left, top, right, bottom) and off those
/// in `taken` (middle and half size), to which they are added.
pub fn labelled(pieces: &[[Point; 2]], label: &str, room: [f64; 4], taken: &mut Vec<[f64; 4]>) -> Isotherm {
    let half = [0.5 * f64::from(text::width(label, LABEL)) + 5.0, 0.5 * text::height(LABEL) as f64 + 1.0];
    let mut labels = Vec::new();
    let mut chains = chained(pieces);
    chains.sort_by(|a, b| length(b).total_cmp(&length(a)));
    for chain in chains.iter().filter(|c| length(c) > 5.0 * half[0]).take(3) {
        let fits = |p: &&Point| {
            let inside = p.0 - half[0] > room[0]
                && p.0 + half[0] < room[2]
                && p.1 - half[1] > room[1]
                && p.1 + half[1] < room[3];
            let apart =
                |t: &[f64; 4]| (p.0 - t[0]).abs() > half[0] + t[2] + 8.0 || (p.1 - t[1]).abs() > half[1] + t[3] + 4.0;
            inside && taken.iter().all(apart)
        };
        // a place where the line is straight, near its middle
        let crooked = |p: &Point| {
            let near: Vec<&Point> = chain.iter().filter(|q| (q.0 - p.0).hypot(q.1 - p.1) < half[0]).collect();
            let (Some(a), Some(b)) = (near.first(), near.last()) else { return 0.0 };
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let long = dx.hypot(dy).max(1e-9);
            near.iter().map(|q| ((q.0 - a.0) * dy - (q.1 - a.1) * dx).abs() / long).fold(0.0, f64::max)
        };
        let step = (chain.len() / 60).max(1);
        let middle = 0.5 * chain.len() as f64;
        let cost = |(n, p): &(usize, &Point)| crooked(p) + 6.0 * (*n as f64 - middle).abs() / middle.max(1.0);
        let found =
            chain.iter().enumerate().step_by(step).filter(|(_, p)| fits(p)).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        if let Some((_, &place)) = found {
            labels.push(place);
            taken.push([place.0, place.1, half[0], half[1]]);
        }
    }
    let covered = |p: &Point| labels.iter().any(|l| (p.0 - l.0).abs() < half[0] && (p.1 - l.1).abs() < half[1]);
    // pieces are about a cell long: cut finely, so that a gap is no wider than its label
    let fine = pieces.iter().flat_map(|[a, b]| {
        let parts = ((b.0 - a.0).hypot(b.1 - a.1) / 3.0).ceil().clamp(1.0, 400.0) as usize;
        let at = move |n: usize| {
            let s = n as f64 / parts as f64;
            (a.0 + s * (b.0 - a.0), a.1 + s * (b.1 - a.1))
        };
        (0..parts).map(move |n| [at(n), at(n + 1)])
    });
    Isotherm { pieces: fine.filter(|[a, b]| !covered(a) && !covered(b)).collect(), labels }
}

fn length(chain: &[Point]) -> f64 {
    chain.windows(2).map(|w| (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_one_line_with_one_label_in_a_gap() {
        let mut pieces: Vec<[Point; 2]> =
            (0..40).map(|n| [(f64::from(n) * 10.0, 50.0), (f64::from(n + 1) * 10.0, 50.0)]).collect();
        pieces.swap(3, 30);
        assert_eq!(chained(&pieces).len(), 1);
        let mut taken = Vec::new();
        let line = labelled(&pieces, "300", [0.0, 0.0, 400.0, 100.0], &mut taken);
        assert_eq!((line.labels.len(), taken.len()), (1, 1));
        let (x, _) = line.labels[0];
        assert!((x - 200.0).abs() < 40.0, "{x}");
        assert!(line.pieces.iter().flatten().all(|p| (p.0 - x).abs() > 10.0));
        // the next value keeps off
        let again = labelled(&pieces, "310", [0.0, 0.0, 400.0, 100.0], &mut taken);
        assert!((again.labels[0].0 - x).abs() > 30.0);
    }
}
