//! `cargo bench`: explicit steps on the CPU at small sizes; `clausius bench` has the large ones and the GPUs.

use clausius::backend::Selection;
use clausius::bench::{Case, TRUSTED_ERROR, time};

fn main() {
    for (name, case) in Case::ALL {
        match time(case, &Selection::default(), true) {
            Ok(score) if score.error <= TRUSTED_ERROR => println!("{name}: {:.4} Gcell/s", score.gcells_per_s),
            Ok(score) => println!("{name}: wrong by {:.1e}, no score", score.error),
            Err(e) => println!("{name}: {e}"),
        }
    }
}
