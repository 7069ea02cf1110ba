//! The second law, where carriers collide and where they meet walls.

use super::state::State;
use crate::report;

impl State<'_> {
    /// The second law in this state, at a time (s; none for a steady state).
    pub fn audit(&self, time: Option<f64>) -> report::SecondLaw {
        let square = self.problem().reference.powi(2);
        let per_kelvin = |of: &Vec<f64>| of.iter().map(|s| s / square).collect::<Vec<f64>>();
        let produced = [&self.survey.bulk, &self.survey.wall].map(per_kelvin);
        second_law(produced.each_ref().map(Vec::as_slice), self.production_of_rounding(), time)
    }
}

/// What collisions produce in every cell and what is produced at every wall, all in W/K, held against the second law at a
/// time (s; none for a steady state). Each is a sum of squares: below 0, beyond the rounding of the largest and that of what flies
/// (of a cell and of a wall, W/K), something is wrong.
fn second_law(produced: [&[f64]; 2], rounding: [f64; 2], time: Option<f64>) -> report::SecondLaw {
    const WHAT: [&str; 2] =
        ["no collision destroys entropy: what a cell produces is not negative", "no wall destroys entropy"];
    let largest = produced.iter().flat_map(|p| p.iter()).fold(0.0_f64, |m, p| m.max(p.abs()));
    let wrong = |n: usize, p: &f64| p.is_nan() || *p < -(1e-12 * largest).max(rounding[n]);
    let test = |n: usize| report::Test {
        what: WHAT[n],
        checked: produced[n].len() as u64,
        violations: produced[n].iter().filter(|p| wrong(n, p)).count() as u64,
    };
    let tests = vec![test(0), test(1)];
    let worst = |n: usize| produced[n].iter().filter(|p| wrong(n, p)).fold(0.0_f64, |m, p| m.min(*p));
    let worst = worst(0).min(worst(1));
    let list = (0..2).filter(|&n| tests[n].violations > 0).map(|n| report::Violation {
        what: WHAT[n],
        place: if n == 0 { "in cells" } else { "at walls" }.into(),
        at_m: None,
        time_s: time,
        amount: -worst,
        unit: "W/K",
    });
    let list = list.collect();
    let sum = |of: fn(&report::Test) -> u64| tests.iter().map(of).sum();
    report::SecondLaw { violations: sum(|t| t.violations), worst, checked: sum(|t| t.checked), tests, list }
}

/// What two audits found; the first violations of each test are told.
pub fn joined(mut one: report::SecondLaw, other: report::SecondLaw) -> report::SecondLaw {
    one.violations += other.violations;
    one.checked += other.checked;
    one.worst = one.worst.min(other.worst);
    for (test, other) in one.tests.iter_mut().zip(&other.tests) {
        test.checked += other.checked;
        test.violations += other.violations;
    }
    one.list.extend(other.list);
    let mut seen = Vec::new();
    one.list.retain(|violation| {
        let new = !seen.contains(&violation.what);
        seen.push(violation.what);
        new
    });
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_that_is_destroyed_is_counted() {
        let good = second_law([&[1.0, 0.0, -1e-14], &[2.0]], [0.0; 2], None);
        assert_eq!((good.violations, good.checked, good.list.len()), (0, 4, 0));
        let bad = second_law([&[1.0, -1e-3, f64::NAN], &[2.0]], [0.0; 2], Some(1.0));
        assert_eq!((bad.violations, bad.tests[0].violations, bad.tests[1].violations), (2, 2, 0));
        assert_eq!((bad.worst, bad.list.len(), bad.list[0].amount), (-1e-3, 1, 1e-3));
        // near equilibrium all there is may be rounding
        let quiet = |rounding| second_law([&[-1e-30, 1e-31], &[-1e-40]], rounding, None).violations;
        assert_eq!((quiet([0.0; 2]), quiet([2e-30, 1e-41]), quiet([2e-30, 1e-39])), (2, 1, 0));
    }

    /// Counts add up; of each test the first violation is told.
    #[test]
    fn audits_of_rows_are_joined() {
        let bad = |time| second_law([&[1.0, -1e-3], &[-2e-3]], [0.0; 2], Some(time));
        let both = joined(joined(second_law([&[1.0, 1.0], &[2.0]], [0.0; 2], Some(1.0)), bad(2.0)), bad(3.0));
        assert_eq!((both.checked, both.violations, both.worst), (9, 4, -2e-3));
        assert_eq!(both.tests.iter().map(|t| (t.checked, t.violations)).collect::<Vec<_>>(), [(6, 2), (3, 2)]);
        assert_eq!(both.list.iter().map(|v| v.time_s).collect::<Vec<_>>(), [Some(2.0); 2]);
    }
}
