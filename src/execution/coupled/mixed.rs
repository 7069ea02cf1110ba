//! What is told of matter in a state.

use super::state::{At, Look};
use crate::coupled::matter::law::entropic;
use crate::coupled::matter::network::{Blend, Given, Network};
use crate::coupled::matter::newton::Solved;
use crate::coupled::matter::survey::{Matter, fluxes};
use crate::coupled::matter::{Block, Composition, onsager};
use crate::grid::Side;
use crate::output::field::Field;
use crate::report::{self, Named};
use crate::simulation::Sample;
use crate::sum::Sum;
use glam::DVec3;

/// The matter of a state.
pub(super) struct Mixed<'a> {
    pub network: &'a Network,
    pub blend: &'a Blend,
    pub solved: &'a Solved,
    pub matter: Matter,
    /// Per surface, kg since the start; none for a steady state.
    pub entered: Option<&'a [Composition]>,
}

impl Mixed<'_> {
    /// Entropy of mixing of a cell, J/K.
    pub fn entropy(&self, cell: usize) -> f64 {
        self.network.mass[cell] * self.network.mixture.mixing.entropy(&self.blend.fraction[cell])
    }

    /// Cells that hold matter.
    fn cells(&self) -> impl Iterator<Item = usize> {
        (0..self.network.mass.len()).filter(|&c| self.network.mass[c] > 0.0)
    }

    /// Mass fraction of a species in a cell; that of the last is the rest.
    fn fraction(&self, species: usize, cell: usize) -> f64 {
        let own = &self.blend.fraction[cell][..self.network.independent()];
        own.get(species).copied().unwrap_or_else(|| 1.0 - own.iter().sum::<f64>())
    }

    /// A species of which some cell holds less than a part of the mean, that cell, and the mass fraction there; none where no mass flux is given.
    pub fn scarce(&self, part: f64) -> Option<(String, usize, f64)> {
        let mixture = &self.network.mixture;
        if !mixture.conditions.iter().any(|given| matches!(given, Some(Given::Flux(_)))) {
            return None;
        }
        let found = (0..=self.network.independent()).find_map(|i| {
            let cells = self.cells().map(|c| (c, self.fraction(i, c)));
            let (cell, fraction) = cells.min_by(|a, b| a.1.total_cmp(&b.1))?;
            (fraction < part * self.spread(i).mean).then_some((i, cell, fraction))
        });
        let (i, cell, fraction) = found?;
        Some((format!("'{}'", mixture.species[i]), cell, fraction))
    }

    /// Extremes and mean by mass.
    pub fn spread(&self, species: usize) -> report::Spread {
        let found = Look::spread(self.cells().map(|c| (self.fraction(species, c), self.network.mass[c])));
        let report::Temperature { min, max, mean } = found.expect("some cell holds matter");
        report::Spread { min, max, mean }
    }

    /// What a field of every independent species is called.
    fn named(&self, name: &str, species: usize) -> String {
        match self.network.independent() {
            1 => name.to_owned(),
            _ => format!("{name}_{}", self.network.mixture.species[species]),
        }
    }

    pub fn fractions(&self) -> Vec<Field> {
        let of = |i: usize| {
            let value = |c: usize| if self.network.mass[c] > 0.0 { self.blend.fraction[c][i] } else { f64::NAN };
            Field::scalar(&self.named("mass_fraction", i), "1", (0..self.network.mass.len()).map(value).collect())
        };
        (0..self.network.independent()).map(of).collect()
    }

    pub fn fluxes(&self) -> Vec<Field> {
        let fields = fluxes(self.network, self.solved).into_iter().enumerate();
        fields.map(|(i, field)| Field::vector(&self.named("mass_flux", i), "kg/(m^2 s)", field)).collect()
    }

    /// Mass fractions at a point; none where no matter is.
    pub fn probe(&self, look: &Look<'_>, at: DVec3) -> Option<Composition> {
        let cell = look.cell_at(at);
        if self.network.mass[cell] == 0.0 {
            return None;
        }
        let mut out = Composition::default();
        for (i, out) in out.iter_mut().enumerate().take(self.network.independent()) {
            let face = |c: u32, side: Side| {
                let (place, n) = look.face_of(c, side)?;
                let (flow, open) = match place {
                    At::End => (&self.solved.flows.ends[n], true),
                    At::Face(_) => {
                        let holds = |c: &u32| self.network.mass[*c as usize] > 0.0;
                        (&self.solved.flows.faces[n], look.device.faces[n].cells.iter().all(holds))
                    }
                };
                open.then_some(flow.fraction[i])
            };
            *out = look.between_faces(at, self.blend.fraction[cell][i], &face);
        }
        Some(out)
    }

    /// Largest rate of change in parts of the range of compositions and of the time that matter takes to cross the whole; and
    /// that range.
    pub fn restlessness(&self, look: &Look<'_>) -> [f64; 2] {
        let independent = self.network.independent();
        let grid = &look.device.problem().grid;
        let spans = (0..3).map(|a| grid.axis(a)).filter(|a| a.cells() > 1).map(|a| a.length());
        let longest = spans.fold(0.0, f64::max);
        let coefficients = self.network.coefficients(&self.blend.temperature, look.time);
        let diffusivity = look.device.faces.iter().flat_map(|f| self.network.sides(&coefficients, self.blend, f));
        let least = diffusivity.filter_map(|s| s.half.matter.map(|m| m.pairs[0])).fold(f64::INFINITY, f64::min);
        let range = (0..independent).map(|i| self.spread(i)).map(|s| s.max - s.min).fold(0.0, f64::max);
        let rate = |c: usize| (1..=independent).map(move |i| (self.solved.gains[c][i] / self.network.mass[c]).abs());
        let largest = self.cells().flat_map(rate).fold(0.0, f64::max);
        [largest * longest * longest / least / range.max(f64::MIN_POSITIVE), range]
    }

    /// Largest |L_ij - L_ji| / sqrt(L_ii L_jj) of all faces: Onsager's relation as the discrete law keeps it.
    fn mismatch(&self, look: &Look<'_>) -> Option<f64> {
        use crate::coupled::matter::mixing::Mixing;
        let mixing = &self.network.mixture.mixing;
        if *mixing == Mixing::Unknown {
            return None;
        }
        let independent = self.network.independent();
        let coefficients = self.network.coefficients(&self.blend.temperature, look.time);
        let of = |l: Block| onsager::mismatch(&l, independent + 1);
        let sides = look.device.faces.iter().map(|f| self.network.sides(&coefficients, self.blend, f));
        let both = sides.filter(|s| s.iter().all(|s| s.half.matter.is_some()));
        Some(both.map(|[a, b]| of(entropic(&a, &b, mixing, independent))).fold(0.0, f64::max))
    }

    pub fn report(&self, look: &Look<'_>, samples: &[Sample]) -> report::Mixture {
        let independent = self.network.independent();
        let problem = look.device.problem();
        let species = &self.network.mixture.species;
        let mut closures = Vec::new();
        let components = (0..=independent)
            .map(|i| {
                // the last is the rest, so its flow is that of all others, back
                let of = |c: &Composition| if i < independent { c[i] } else { -c[..independent].iter().sum::<f64>() };
                let now = self.cells().map(|c| self.network.mass[c] * self.fraction(i, c)).collect::<Sum>().value();
                let inflow: Vec<f64> = self.matter.surface.iter().map(of).collect();
                let entered = self.entered.map(|e| e.iter().map(of).sum::<f64>());
                let net: f64 = inflow.iter().sum();
                let through: f64 = inflow.iter().map(|j| j.abs()).sum();
                if i < independent {
                    closures.push(match (self.entered, samples.first()) {
                        (Some(_), Some(first)) => {
                            let before = super::columns::mean(first, i) * self.network.mass.iter().sum::<f64>();
                            (now - before - entered.unwrap_or(0.0)).abs() / now.abs().max(f64::MIN_POSITIVE)
                        }
                        _ if through > 0.0 => net.abs() / through,
                        _ => 0.0,
                    });
                }
                let row = report::Component { mass_fraction: self.spread(i), mass: now, inflow: net, entered };
                (species[i].clone(), row)
            })
            .collect();
        let boundaries = problem
            .surfaces
            .iter()
            .zip(&self.matter.surface)
            .filter(|(_, flow)| flow.iter().any(|j| *j != 0.0))
            .map(|(surface, flow)| {
                let rows = (0..independent).map(|i| (species[i].clone(), flow[i])).collect();
                (problem.surface_name(surface), Named(rows))
            })
            .collect();
        report::Mixture {
            mass_fraction: self.spread(0),
            components: Named(components),
            boundaries: Named(boundaries),
            mass_closure: closures.into_iter().fold(0.0, f64::max),
            onsager_mismatch: self.mismatch(look),
        }
    }
}
