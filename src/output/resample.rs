//! From cells to pixels: a pixel shows the mean over its own area, so that nothing thin is lost by chance.

use crate::grid::Axis;

/// Cells that a pixel covers, with the length of each.
type Cover = Vec<(usize, f64)>;

/// Cells under each of `pixels` equal parts of an axis, from the low end.
pub fn cover(axis: &Axis, pixels: usize) -> Vec<Cover> {
    let edges = axis.edges();
    let end = |p: usize| axis.low() + axis.length() * (p as f64 / pixels as f64);
    (0..pixels)
        .map(|p| {
            let (low, high) = (end(p), end(p + 1));
            let (first, last) = (axis.cell_at(low), axis.cell_at(high));
            let parts: Cover = (first..=last)
                .map(|c| (c, edges[c + 1].min(high) - edges[c].max(low)))
                .filter(|(_, length)| *length > 0.0)
                .collect();
            if parts.is_empty() { vec![(first, 1.0)] } else { parts }
        })
        .collect()
}

/// Of each pixel the first that shows the same single cell, or itself.
pub fn distinct(covers: &[Cover]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..covers.len()).collect();
    for n in 1..covers.len() {
        if let ([(a, _)], [(b, _)]) = (covers[n - 1].as_slice(), covers[n].as_slice())
            && a == b
        {
            first[n] = first[n - 1];
        }
    }
    first
}

/// Mean of the numbers under a pixel, by area; `None` where most of it is void (NaN).
pub fn mean(values: &[f64], columns: usize, x: &Cover, y: &Cover) -> Option<f64> {
    if let ([(i, _)], [(j, _)]) = (x.as_slice(), y.as_slice()) {
        return Some(values[j * columns + i]).filter(|v| !v.is_nan());
    }
    let (mut sum, mut solid, mut void) = (0.0, 0.0, 0.0);
    for (j, height) in y {
        for (i, width) in x {
            let (value, area) = (values[j * columns + i], width * height);
            if value.is_nan() {
                void += area;
            } else {
                sum += value * area;
                solid += area;
            }
        }
    }
    (solid >= void && solid > 0.0).then(|| sum / solid)
}

/// Value of the cell that covers most of a pixel: for kinds, which have no mean.
pub fn dominant(values: &[f64], columns: usize, x: &Cover, y: &Cover) -> Option<f64> {
    let most = |cover: &Cover| cover.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(cell, _)| *cell);
    Some(values[most(y) * columns + most(x)]).filter(|v| !v.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_keep_the_mean_of_a_graded_axis() {
        let axis = Axis::from_edges(vec![0.0, 0.1, 0.15, 0.5, 0.51, 2.0]);
        let values = [1.0, -3.0, 7.0, 100.0, 2.0];
        let exact: f64 = values.iter().zip(axis.widths()).map(|(v, w)| v * w).sum::<f64>() / axis.length();
        for pixels in [3, 7, 1000] {
            let line = vec![(0, 1.0)];
            let mean =
                cover(&axis, pixels).iter().map(|c| mean(&values, 5, c, &line).unwrap()).sum::<f64>() / pixels as f64;
            assert!((mean - exact).abs() < 1e-9 * exact.abs(), "{pixels}: {mean} {exact}");
        }
    }

    #[test]
    fn void_wins_where_it_is_most() {
        let axis = Axis::uniform(0.0, 3.0, 3);
        let one = cover(&axis, 1);
        let line = vec![(0, 1.0)];
        assert_eq!(mean(&[f64::NAN, f64::NAN, 5.0], 3, &one[0], &line), None);
        assert_eq!(mean(&[f64::NAN, 4.0, 6.0], 3, &one[0], &line), Some(5.0));
    }
}
