//! The lowest and the highest of a field.

use crate::problem::VOID;
use rayon::prelude::*;

/// Lowest and highest; the former above the latter where there is nothing.
type Range = [f64; 2];

const NOTHING: Range = [f64::INFINITY, f64::NEG_INFINITY];

fn join(a: Range, b: Range) -> Range {
    [a[0].min(b[0]), a[1].max(b[1])]
}

/// Over the cells that are not void; not-a-number counts as infinitely far out.
pub fn solid_range(values: &[f64], material: &[u8]) -> Range {
    let simd = pulp::Arch::new();
    let parts = values.par_chunks(4096).zip(material.par_chunks(4096));
    parts.map(|(values, material)| simd.dispatch(Part { values, material })).reduce(|| NOTHING, join)
}

/// Some of the cells.
struct Part<'a> {
    values: &'a [f64],
    material: &'a [u8],
}

impl pulp::WithSimd for Part<'_> {
    type Output = Range;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Range {
        /// Cells that are looked at together, each with a range of its own, so that none waits for another.
        const TOGETHER: usize = 16;
        let (values, rest) = self.values.as_chunks::<TOGETHER>();
        let (material, others) = self.material.as_chunks::<TOGETHER>();
        let [mut low, mut high] = NOTHING.map(|end| [end; TOGETHER]);
        let mut broken = [false; TOGETHER];
        for (values, material) in values.iter().zip(material) {
            for k in 0..TOGETHER {
                let (v, solid) = (values[k], material[k] != VOID);
                let [below, above] = if solid { [v; 2] } else { NOTHING };
                low[k] = if below < low[k] { below } else { low[k] };
                high[k] = if above > high[k] { above } else { high[k] };
                broken[k] |= solid & v.is_nan();
            }
        }
        let mut range = low.into_iter().zip(high).map(|(low, high)| [low, high]).fold(NOTHING, join);
        let mut broken = broken.contains(&true);
        for (&v, _) in rest.iter().zip(others).filter(|(_, m)| **m != VOID) {
            range = join(range, [v, v]);
            broken |= v.is_nan();
        }
        if broken { [f64::NEG_INFINITY, f64::INFINITY] } else { range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_solid_cell_counts_and_no_void_one() {
        for cells in [1, 15, 16, 17, 4096, 5000] {
            let values: Vec<f64> = (0..cells).map(|i| ((i * 7919) % 1000) as f64).collect();
            for at in [0, cells / 2, cells - 1] {
                let (mut values, mut material) = (values.clone(), vec![0; cells]);
                (values[at], material[at]) = (-5.0, 0);
                assert_eq!(solid_range(&values, &material)[0], -5.0, "{at} of {cells}");
                values[at] = 5000.0;
                assert_eq!(solid_range(&values, &material)[1], 5000.0, "{at} of {cells}");
                values[at] = f64::NAN;
                assert_eq!(solid_range(&values, &material), [f64::NEG_INFINITY, f64::INFINITY], "{at} of {cells}");
                material[at] = VOID;
                let [low, high] = solid_range(&values, &material);
                assert!(cells == 1 || (0.0..1000.0).contains(&low) && low <= high && high < 1000.0, "{at} of {cells}");
            }
            assert_eq!(solid_range(&values, &vec![VOID; cells]), NOTHING);
        }
    }
}
