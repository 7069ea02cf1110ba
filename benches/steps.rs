//! `cargo bench`: explicit steps on the CPU at small sizes; `clausius bench` has the large ones and the GPUs.

use clausius::backend::{self, Precision, Selection};
use clausius::bench::{Case, copy_bandwidth, time};
use clausius::conduction::Conduction;

fn main() {
    let copy = copy_bandwidth(8 << 20);
    for precision in [Precision::F64, Precision::F32] {
        let selection = Selection { precision: Some(precision), ..Selection::default() };
        let open = |c: &Conduction| backend::open(&selection, c, &mut |_| {});
        for (name, case) in Case::ALL {
            for &cells in case.sizes(true, false) {
                match time(case, cells, &open, copy, 0.1) {
                    Ok(score) => match (score.gcells_per_s, score.checks.objection()) {
                        (Some(rate), _) => println!("{name} {cells:?} {precision:?}: {rate:.4} Gcell/s"),
                        (None, why) => println!("{name} {cells:?} {precision:?}: no score, {why:?}"),
                    },
                    Err(e) => println!("{name}: {e}"),
                }
            }
        }
    }
}
