//! Rising numbers, as the abscissae of a table, and how many of them lie up to a given one.

/// Numbers that never fall, sorted into buckets of equal width so that looking one up takes a few comparisons, however many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Rising {
    numbers: Vec<f64>,
    /// How many numbers lie in earlier buckets, per bucket, and all of them at the end.
    before: Vec<u32>,
    /// Buckets per unit.
    per: f64,
}

impl Rising {
    /// Of at least one finite number.
    pub fn new(numbers: Vec<f64>) -> Rising {
        let span = numbers[numbers.len() - 1] - numbers[0];
        let per = numbers.len() as f64 / span;
        let per = if per.is_finite() { per } else { 0.0 };
        let buckets = numbers.len();
        let mut rising = Rising { numbers, before: Vec::new(), per };
        let of: Vec<usize> = rising.numbers.iter().map(|&n| rising.bucket(n, buckets)).collect();
        rising.before = (0..=buckets).map(|b| of.partition_point(|&o| o < b) as u32).collect();
        rising
    }

    /// The numbers.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// Never falls as `at` rises, rounding included: what lies in an earlier bucket is less, in a later one greater.
    #[inline]
    fn bucket(&self, at: f64, buckets: usize) -> usize {
        (((at - self.numbers[0]) * self.per) as usize).min(buckets - 1)
    }

    /// How many of the numbers are `at` or less; of not-a-number: some.
    #[inline]
    pub fn up_to(&self, at: f64) -> usize {
        let bucket = self.bucket(at, self.before.len() - 1);
        let (low, high) = (self.before[bucket] as usize, self.before[bucket + 1] as usize);
        low + self.numbers[low..high].partition_point(|&n| n <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_find_what_a_search_finds() {
        let lists: [Vec<f64>; 5] = [
            vec![3.0],
            vec![1.0, 1.0, 1.0],
            (0..9_000).map(|n| 1.001_f64.powi(n)).collect(),
            (0..100).map(|n| f64::from(n / 3) * 0.1 - 2.0).collect(),
            vec![-1e300, 0.0, f64::MIN_POSITIVE, 1.0, 1e300],
        ];
        for numbers in lists {
            let rising = Rising::new(numbers.clone());
            let near = numbers.iter().flat_map(|&n| [n, n.next_up(), n.next_down(), 0.5 * n + 0.1]);
            for at in near.chain([f64::NEG_INFINITY, f64::INFINITY]) {
                assert_eq!(
                    rising.up_to(at),
                    numbers.partition_point(|&n| n <= at),
                    "{at} in {} numbers",
                    numbers.len()
                );
            }
        }
    }
}
