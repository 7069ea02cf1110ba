//! Given temperatures and sources that vary in place and time.

use super::domain::{Domain, Law, VOID};
use crate::expression::{Expression, Place, Variable};
use glam::DVec3;

/// What drives the carriers.
#[derive(Debug, Clone, Default)]
pub struct Driving {
    /// Walls of given temperature: index, value (deviation, K), centre of the face.
    pub walls: Vec<(u32, Expression, DVec3)>,
    /// Heat sources, W/m3.
    pub sources: Vec<Expression>,
    /// Per cell: index into `sources`.
    pub source: Vec<u16>,
}

impl Driving {
    /// Sets walls and sources of a domain to what they are at a time (s).
    pub fn set(&self, domain: &mut Domain, t: f64) {
        for (wall, value, at) in &self.walls {
            let place = Place { x: at.x, y: at.y, z: at.z, t, temperature: 0.0 };
            domain.walls[*wall as usize].law = Law::Thermal(value.eval(&place));
        }
        for (c, source) in self.source.iter().enumerate().filter(|(c, _)| domain.medium[*c] != VOID) {
            let p = domain.grid.centre(domain.grid.cell(c));
            let place = Place { x: p.x, y: p.y, z: p.z, t, temperature: 0.0 };
            domain.source[c] = self.sources[usize::from(*source)].eval(&place);
        }
    }

    /// Whether walls or sources vary in time.
    pub fn varies(&self) -> bool {
        self.walls.iter().map(|(_, e, _)| e).chain(&self.sources).any(varies)
    }
}

/// Whether a value varies in time.
pub fn varies(value: &Expression) -> bool {
    value.depends_on(Variable::Time)
}
