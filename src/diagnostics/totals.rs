//! Sums over all cells and walls of a state, in one pass.

mod even;
mod logarithm;
mod plain;
mod row;
mod strip;
mod tally;
mod through;

use super::balance::Snapshot;
use crate::sum::Sum;
use plain::Plain;
use row::Look;

/// Sums over the cells of a state, the links between them, and the walls.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// Lowest and highest temperature (deviations, K).
    pub range: [f64; 2],
    /// Mean temperature by volume (deviation, K).
    pub mean: f64,
    /// Energy above the reference, J.
    pub energy: f64,
    /// Entropy relative to the reference, J/K.
    pub entropy: f64,
    /// Entropy produced between cells, W/K.
    pub production: f64,
    /// Extended entropy produced between cells where heats have inertia ([`super::inertia`]), W/K; 0 where none has.
    pub extended_production: f64,
    /// What these heats hold back of the entropy, J/K.
    pub held_entropy: f64,
    /// What the cells gain over their temperatures, W/K.
    pub entropy_change: f64,
    /// The same sum of magnitudes, W/K.
    pub gross_entropy: f64,
    /// What a step adds to the entropy beyond its length times the rate of change, over the square of the step, W/(K s).
    pub step_defect: f64,
    /// Heat from sources, W.
    pub source_heat: f64,
    /// Sum of the magnitudes of all sources, W.
    pub gross_source: f64,
    /// Entropy that enters with the sources, W/K.
    pub source_entropy: f64,
    /// Heat into the solid by surface, W.
    pub surface_heat: Vec<f64>,
    /// Sum of the magnitudes of what each wall gives, W.
    pub gross_wall: f64,
    /// Entropy that enters through walls, at the temperature of the surface, W/K.
    pub boundary_entropy: f64,
    /// Entropy produced between walls and cells, W/K.
    pub wall_production: f64,
}

/// What is summed.
#[derive(Clone, Copy)]
enum Term {
    Warmth,
    Volume,
    Energy,
    Entropy,
    Production,
    Extended,
    Held,
    Change,
    GrossChange,
    Defect,
    Source,
    GrossSource,
    SourceEntropy,
    GrossWalls,
    BoundaryEntropy,
    WallProduction,
}

/// Of some rows of cells.
pub struct Partial {
    low: f64,
    high: f64,
    sums: [Sum; Term::WallProduction as usize + 1],
    /// Heat by surface, W.
    surfaces: Vec<Sum>,
}

impl Partial {
    fn zero(surfaces: usize) -> Partial {
        let surfaces = vec![Sum::default(); surfaces];
        Partial { low: f64::INFINITY, high: f64::NEG_INFINITY, sums: Default::default(), surfaces }
    }

    fn add(&mut self, term: Term, value: f64) {
        self.sums[term as usize].add(value);
    }

    fn value(&self, term: Term) -> f64 {
        self.sums[term as usize].value()
    }

    fn join(mut self, other: Partial) -> Partial {
        (self.low, self.high) = (self.low.min(other.low), self.high.max(other.high));
        let sums = self.sums.iter_mut().chain(&mut self.surfaces);
        sums.zip(other.sums.iter().chain(&other.surfaces)).for_each(|(sum, other)| sum.add(other.value()));
        self
    }
}

impl Totals {
    /// Lowest, highest and mean temperature, K.
    pub fn temperatures(&self, reference: f64) -> [f64; 3] {
        [self.range[0], self.range[1], self.mean].map(|t| t + reference)
    }

    /// Of a state from which steps of length `step` (s) lead on; 0 where none do.
    pub fn of(snapshot: &Snapshot, step: f64) -> Totals {
        Totals::by(snapshot, step, Plain::of(snapshot))
    }

    fn by<'a>(snapshot: &'a Snapshot<'a>, step: f64, plain: Option<Plain<'a>>) -> Totals {
        let simd = pulp::Arch::new();
        // Heats with inertia are stepped to second order, as sums over rows are.
        let step = if snapshot.heats.is_some() { 0.0 } else { step };
        let zero = Partial::zero(snapshot.conduction.problem.surfaces.len());
        let look = |rows| simd.dispatch(Look { snapshot, plain, step, rows });
        let sum = snapshot.conduction.fold_rows(look, zero, Partial::join);
        Totals {
            range: [sum.low, sum.high],
            mean: sum.value(Term::Warmth) / sum.value(Term::Volume),
            energy: sum.value(Term::Energy),
            entropy: sum.value(Term::Entropy),
            production: sum.value(Term::Production),
            extended_production: sum.value(Term::Extended),
            held_entropy: sum.value(Term::Held),
            entropy_change: sum.value(Term::Change),
            gross_entropy: sum.value(Term::GrossChange),
            step_defect: if step > 0.0 { sum.value(Term::Defect) / (step * step) } else { 0.0 },
            source_heat: sum.value(Term::Source),
            gross_source: sum.value(Term::GrossSource),
            source_entropy: sum.value(Term::SourceEntropy),
            surface_heat: sum.surfaces.iter().map(Sum::value).collect(),
            gross_wall: sum.value(Term::GrossWalls),
            boundary_entropy: sum.value(Term::BoundaryEntropy),
            wall_production: sum.value(Term::WallProduction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::cpu::medley;

    /// Rows of one material and of several, with void, sources and walls, in states to which the series for little warmth and little rises reach,
    /// and to which they do not.
    #[test]
    fn one_pass_over_plain_rows_adds_up_what_term_by_term_does() {
        let plate = ("[37, 20]", "[0.04, 0.04]", "");
        let block = ("[43, 12, 8]", "[0.04, 0.04, 0.03]", "z_min = { temperature = 330 }\n");
        let layer = ("[45, 1, 12]", "[0.04, 0.05, 0.03]", "");
        for (cells, size, more) in [plate, block, layer] {
            let mut conduction = medley::conduction(cells, size, more);
            assert!(
                cells == layer.0 || conduction.alike.iter().any(Option::is_some) && conduction.alike.contains(&None)
            );
            let initial = conduction.enthalpy(&conduction.problem.initial);
            for (warmer, step) in [(0.0, 0.0), (0.0, 1e-4), (20.0, 0.3), (400.0, 0.06)] {
                let state: Vec<f64> = initial.iter().map(|e| e * (1.0 + 0.01 * warmer) + warmer).collect();
                let snapshot = Snapshot::new(&mut conduction, &state, 0.7);
                let plain = Plain::of(&snapshot).expect("plain links");
                let (a, b) = (Totals::by(&snapshot, step, Some(plain)), Totals::by(&snapshot, step, None));
                let near = |what: &str, a: f64, b: f64, size: f64| {
                    assert!((a - b).abs() <= 1e-13 * size, "{cells}, {warmer} K, {step} s: {what} {a:e} {b:e}");
                };
                assert_eq!(a.range, b.range);
                near("mean", a.mean, b.mean, b.range[1] - b.range[0]);
                near("energy", a.energy, b.energy, b.energy.abs());
                near("entropy", a.entropy, b.entropy, b.entropy.abs());
                near("production", a.production, b.production, b.production);
                near("change", a.entropy_change, b.entropy_change, b.gross_entropy);
                near("gross change", a.gross_entropy, b.gross_entropy, b.gross_entropy);
                near("defect", a.step_defect, b.step_defect, b.step_defect.abs());
                assert!(step == 0.0 || b.step_defect < 0.0);
                assert_eq!([a.source_heat, a.gross_source], [b.source_heat, b.gross_source]);
                near("entropy of sources", a.source_entropy, b.source_entropy, b.source_entropy);
                let sum = |of: &dyn Fn(usize) -> f64| (0..snapshot.walls.len()).map(of).collect::<Sum>().value();
                let heat = |w: usize| snapshot.walls[w].heat;
                let kelvin = |w: usize| snapshot.walls[w].surface + snapshot.conduction.problem.reference;
                near("heat of walls", a.surface_heat.iter().sum(), sum(&heat), a.gross_wall);
                near("gross heat of walls", a.gross_wall, sum(&|w| heat(w).abs()), a.gross_wall);
                near("entropy of walls", a.boundary_entropy, sum(&|w| heat(w) / kelvin(w)), a.gross_wall);
                near(
                    "production at walls",
                    a.wall_production,
                    sum(&|w| snapshot.wall_production(w)),
                    a.wall_production,
                );
            }
        }
    }
}
