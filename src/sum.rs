//! Sums that lose nothing to rounding (Neumaier 1974).

use rayon::prelude::*;

/// Terms that one thread adds up at a time: blocks of one size give the same bits whatever the number of threads.
const BLOCK: usize = 4096;

/// A compensated running sum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds a term.
    pub fn add(&mut self, term: f64) {
        let next = self.total + term;
        self.lost +=
            if self.total.abs() >= term.abs() { (self.total - next) + term } else { (term - next) + self.total };
        self.total = next;
    }

    /// The sum of many terms, in parallel.
    pub fn of(count: usize, term: impl Fn(usize) -> f64 + Sync) -> f64 {
        let parts: Vec<Sum> = (0..count.div_ceil(BLOCK))
            .into_par_iter()
            .map(|b| (b * BLOCK..count.min((b + 1) * BLOCK)).map(&term).collect())
            .collect();
        let mut sum = Sum::default();
        for part in parts {
            sum.add(part.total);
            sum.add(part.lost);
        }
        sum.value()
    }

    /// The sum.
    pub fn value(&self) -> f64 {
        self.total + self.lost
    }
}

impl From<f64> for Sum {
    fn from(total: f64) -> Sum {
        Sum { total, lost: 0.0 }
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Sum {
        let mut sum = Sum::default();
        terms.into_iter().for_each(|t| sum.add(t));
        sum
    }
}
