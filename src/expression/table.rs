//! Functions of one variable given by points: straight between them, or held until the next.

use super::Variable;
use crate::rising::Rising;

/// Why a table was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TableError {
    /// No points.
    #[error("the table has no points: give at least one")]
    Empty,
    /// A number that is not finite.
    #[error("point {} of the table, ({}, {}), is not finite", index + 1, point.0, point.1)]
    NotFinite {
        /// Which point, from 0.
        index: usize,
        /// The point.
        point: (f64, f64),
    },
    /// An abscissa that is not above the one before.
    #[error(
        "{variable} must rise from point to point, but point {} has {after} after {before}: sort the points, and write a jump as two points a little apart",
        index + 1
    )]
    NotRising {
        /// Symbol of the variable.
        variable: &'static str,
        /// Which point, from 0.
        index: usize,
        /// Abscissa of the point before.
        before: f64,
        /// Its own.
        after: f64,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    variable: Variable,
    /// Each value holds until the next point.
    held: bool,
    abscissae: Rising,
    values: Vec<f64>,
}

impl Table {
    pub(super) fn new(variable: Variable, points: Vec<(f64, f64)>) -> Result<Table, TableError> {
        if points.is_empty() {
            return Err(TableError::Empty);
        }
        for (index, &point) in points.iter().enumerate() {
            if !point.0.is_finite() || !point.1.is_finite() {
                return Err(TableError::NotFinite { index, point });
            }
            let rises = index == 0 || points[index - 1].0 < point.0;
            if !rises {
                let before = points[index - 1].0;
                return Err(TableError::NotRising { variable: variable.symbol(), index, before, after: point.0 });
            }
        }
        let (abscissae, values) = points.into_iter().unzip();
        Ok(Table { variable, held: false, abscissae: Rising::new(abscissae), values })
    }

    /// The same points, each value held until the next.
    pub(super) fn held(self) -> Table {
        Table { held: true, ..self }
    }

    pub(super) fn variable(&self) -> Variable {
        self.variable
    }

    pub(super) fn abscissae(&self) -> &[f64] {
        self.abscissae.numbers()
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value, if all points have the same.
    pub(super) fn as_constant(&self) -> Option<f64> {
        self.values.iter().all(|v| *v == self.values[0]).then_some(self.values[0])
    }

    /// The same abscissae with other values.
    pub(super) fn map(&self, f: impl Fn(f64) -> f64) -> Table {
        Table {
            variable: self.variable,
            held: self.held,
            abscissae: self.abscissae.clone(),
            values: self.values.iter().map(|&v| f(v)).collect(),
        }
    }

    pub(super) fn eval(&self, at: f64) -> f64 {
        if at.is_nan() {
            return f64::NAN;
        }
        let (a, v) = (self.abscissae.numbers(), &self.values);
        let above = self.abscissae.up_to(at);
        if above == 0 {
            return v[0];
        }
        if above == a.len() {
            return v[above - 1];
        }
        let low = above - 1;
        if self.held {
            return v[low];
        }
        let part = (at - a[low]) / (a[above] - a[low]);
        v[low] + part * (v[above] - v[low])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_linear_between_and_constant_beyond() {
        let table = Table::new(Variable::Time, vec![(0.0, 1.0), (2.0, 5.0), (3.0, 4.0)]).unwrap();
        for (at, expected) in [(-1.0, 1.0), (0.0, 1.0), (0.5, 2.0), (2.0, 5.0), (2.5, 4.5), (3.0, 4.0), (9.0, 4.0)] {
            assert_eq!(table.eval(at), expected, "at {at}");
        }
        assert!(table.eval(f64::NAN).is_nan());
        let single = Table::new(Variable::X, vec![(1.0, 7.0)]).unwrap();
        assert_eq!((single.eval(0.0), single.eval(1.0), single.eval(2.0)), (7.0, 7.0, 7.0));
    }

    #[test]
    fn held_values_jump_at_the_points() {
        let table = Table::new(Variable::Time, vec![(0.0, 1.0), (2.0, 5.0), (3.0, 4.0)]).unwrap().held();
        for (at, expected) in [(-1.0, 1.0), (1.999, 1.0), (2.0, 5.0), (2.999, 5.0), (3.0, 4.0), (9.0, 4.0)] {
            assert_eq!(table.eval(at), expected, "at {at}");
            assert_eq!(table.map(|v| 2.0 * v).eval(at), 2.0 * expected, "at {at}");
        }
    }

    #[test]
    fn refuses_what_is_no_function() {
        let table = |points| Table::new(Variable::Temperature, points);
        assert_eq!(table(vec![]), Err(TableError::Empty));
        assert!(matches!(table(vec![(0.0, f64::NAN)]), Err(TableError::NotFinite { index: 0, .. })));
        let error = table(vec![(0.0, 1.0), (1.0, 2.0), (1.0, 3.0)]).unwrap_err();
        assert!(error.to_string().contains("T must rise") && error.to_string().contains("jump"), "{error}");
    }
}
