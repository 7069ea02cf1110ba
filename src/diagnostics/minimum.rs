//! The theorem of minimum entropy production and its premise.
//!
//! With temperatures given at the boundary the steady state of heat conduction makes the total production a minimum, and
//! on the way there it never rises, if the coefficient of the linear law `q = L grad(1/T)`, which is `L = k T^2`, is constant
//! (Prigogine 1947; de Groot & Mazur 1962, Non-equilibrium Thermodynamics, chapter V, section 3). Fourier's law with
//! constant k has not that premise: its steady state is not the one of least production.

use crate::conduction::Conduction;
use crate::expression::Place;
use crate::problem::{Condition, Conductivity, VOID, ValueId};
use crate::quantity::{DIMENSIONLESS, ENTROPY_PRODUCTION, format_quantity};

/// k T^2 may vary by this much and count as constant.
const CONSTANT: f64 = 1e-3;

/// What the theorem asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Premise {
    /// Largest over smallest k T^2 of a material over a range of temperatures, less 1.
    pub variation: f64,
    /// Whether all heat comes and goes at given temperatures that do not change, without sources.
    pub fixed_temperatures: bool,
}

impl Premise {
    /// Of a problem between two temperatures, K.
    pub fn new(conduction: &Conduction, [low, high]: [f64; 2]) -> Premise {
        let problem = &conduction.problem;
        let sample = |n: usize| low + (high - low) * n as f64 / 64.0;
        let variation = |id: Option<ValueId>, material: usize| {
            let cell = problem.material.iter().position(|&m| m != VOID && usize::from(m) == material).unwrap_or(0);
            let at = problem.grid.centre(problem.grid.cell(cell));
            let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
            for temperature in (0..=64).map(sample) {
                let place = Place { x: at.x, y: at.y, z: at.z, temperature, ..Place::default() };
                let l = id.map_or(1.0, |id| problem.values.at(id, &place)) * temperature * temperature;
                (least, most) = (least.min(l), most.max(l));
            }
            most / least - 1.0
        };
        let mut worst = 0.0_f64;
        for (n, material) in problem.materials.iter().enumerate() {
            let ids = match &material.conductivity {
                Conductivity::Isotropic(id) => vec![Some(*id)],
                Conductivity::Diagonal(ids) => ids.iter().copied().map(Some).collect(),
                Conductivity::Tensor(_) => vec![None],
            };
            worst = ids.into_iter().map(|id| variation(id, n)).fold(worst, f64::max);
        }
        let timeless = |id: ValueId| !problem.values.get(id).depends_on(crate::expression::Variable::Time);
        let fixed = problem.conditions.iter().all(|c| matches!(c, Condition::Temperature(id) if timeless(*id)));
        Premise { variation: worst, fixed_temperatures: fixed && problem.sources.len() < 2 }
    }

    /// Whether the theorem applies.
    pub fn holds(&self) -> bool {
        self.variation <= CONSTANT && self.fixed_temperatures
    }

    /// The premise, and what became of the production (W/K; its rows in time, one for a steady state), in words.
    pub fn text(&self, course: &[f64]) -> String {
        let percent = format_quantity(100.0 * self.variation, DIMENSIONLESS);
        let premise = if self.holds() {
            "The theorem of minimum entropy production applies: k T² is constant over the temperatures reached, and heat \
             comes and goes at fixed temperatures alone."
                .to_owned()
        } else if !self.fixed_temperatures {
            "The theorem of minimum entropy production does not apply: it asks that all heat come and go at temperatures \
             that are given and do not change, without sources."
                .to_owned()
        } else {
            format!(
                "The theorem of minimum entropy production does not apply: it asks for k T² constant, and over the temperatures \
                 reached it varies by {percent} %. A steady state in which heat passes is then not the one of least production."
            )
        };
        let course = match (course, course.iter().copied().fold(f64::INFINITY, f64::min)) {
            ([], _) | ([_], _) => String::new(),
            (list, _) if list.iter().all(|s| *s == 0.0) => " Nothing is produced.".to_owned(),
            (list, lowest) => {
                let last = list[list.len() - 1];
                let [first, lowest, last, above] =
                    [list[0], lowest, last, last - lowest].map(|rate| format_quantity(rate, ENTROPY_PRODUCTION));
                let way = if never_rose(list) {
                    format!("The production fell all the way, from {first} to {last}.")
                } else {
                    format!(
                        "The production began at {first}, was lowest at {lowest} and ended {above} above that: it also rose on the way."
                    )
                };
                format!(" {way}")
            }
        };
        premise + &course
    }
}

/// Whether a course never rises above where it was, up to rounding: of differences by 1e-7 of the largest in f32, of whose squares it is a sum.
pub fn never_rose(course: &[f64]) -> bool {
    let rounding = 1e-14 * course.iter().copied().fold(0.0, f64::max);
    let mut lowest = f64::INFINITY;
    course.iter().all(|&rate| {
        let rose = rate > lowest + 2.0 * (lowest * rounding).sqrt() + rounding;
        lowest = lowest.min(rate);
        !rose
    })
}

#[cfg(test)]
mod tests {
    use super::never_rose;

    #[test]
    fn a_small_rise_is_one_and_rounding_is_none() {
        assert!(never_rose(&[8.6, 1.0, 0.107_517_4, 0.107_517_4 * (1.0 + 1e-8)]));
        assert!(!never_rose(&[8.6, 1.0, 0.107_517_4, 0.107_522, 0.107_526_9]));
        assert!(never_rose(&[8.6, 1e-13, 2e-13]));
    }
}
