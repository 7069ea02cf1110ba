//! Small problems by hand.

use crate::expression::{Expression, Variable};
use crate::grid::{Axis, Grid, Side};
use crate::problem::*;

pub(super) const REFERENCE: f64 = 300.0;

pub(super) fn formula(text: &str) -> Expression {
    Expression::parse(text, &Variable::ALL).unwrap()
}

/// Cells that widen steadily, over `length` m.
pub(super) fn graded(length: f64, cells: usize, ratio: f64) -> Axis {
    let total: f64 = (0..cells).map(|i| ratio.powi(i as i32)).sum();
    let mut edges = vec![0.0];
    for i in 0..cells {
        edges.push(edges[i] + length * ratio.powi(i as i32) / total);
    }
    Axis::from_edges(edges)
}

/// A block of one material, insulated, at the reference temperature.
pub(super) fn block(grid: Grid) -> Problem {
    let mut values = Values::default();
    let (k, c, zero) = (values.push(formula("1.5")), values.push(formula("2e6")), values.push(formula("0")));
    let cells = grid.len();
    Problem {
        materials: vec![solid("stone", Conductivity::Isotropic(k), c)],
        material: vec![0; cells],
        regions: Vec::new(),
        region: vec![NO_REGION; cells],
        contacts: Vec::new(),
        slants: crate::problem::Slants::default(),
        conditions: Vec::new(),
        surfaces: Vec::new(),
        walls: Vec::new(),
        sources: vec![zero],
        source: vec![0; cells],
        initial: vec![0.0; cells],
        reference: REFERENCE,
        values,
        grid,
    }
}

pub(super) fn solid(name: &str, conductivity: Conductivity, heat_capacity: ValueId) -> Material {
    Material {
        name: name.into(),
        conductivity,
        heat_capacity,
        melting: None,
        mean_free_path: None,
        collision_time: None,
        fusion: None,
        relaxation_time: None,
    }
}

impl Problem {
    pub(super) fn value(&mut self, text: &str) -> ValueId {
        self.values.push(formula(text))
    }

    /// Adds a material and gives it to the cells.
    pub(super) fn paint(&mut self, material: Material, cells: impl Fn([usize; 3]) -> bool) {
        self.materials.push(material);
        let number = self.materials.len() as u8 - 1;
        self.fill(number, cells);
    }

    pub(super) fn fill(&mut self, material: u8, cells: impl Fn([usize; 3]) -> bool) {
        for i in 0..self.grid.len() {
            if cells(self.grid.cell(i)) {
                self.material[i] = material;
            }
        }
    }

    /// Adds a source to the cells, W/m3.
    pub(super) fn heat(&mut self, density: &str, cells: impl Fn([usize; 3]) -> bool) {
        let id = self.value(density);
        self.sources.push(id);
        for i in 0..self.grid.len() {
            if cells(self.grid.cell(i)) {
                self.source[i] = self.sources.len() as u16 - 1;
            }
        }
    }

    /// Flux, convection, ambient and emissivity.
    pub(super) fn environment(&mut self, [flux, convection, ambient, emissivity]: [&str; 4]) -> Condition {
        Condition::Environment {
            flux: self.value(flux),
            convection: self.value(convection),
            ambient: self.value(ambient),
            emissivity: self.value(emissivity),
        }
    }

    /// Puts a condition on every face of a side, voids aside.
    pub(super) fn cover(&mut self, side: Side, condition: Condition) {
        self.conditions.push(condition);
        self.surfaces.push(Surface::Outer(side));
        let end = if side.high { self.grid.cells()[side.axis] - 1 } else { 0 };
        for i in 0..self.grid.len() {
            let cell = self.grid.cell(i);
            if cell[side.axis] == end && self.material[i] != VOID {
                self.wall(i, side);
            }
        }
        self.walls.sort_by_key(|w| w.cell);
    }

    fn wall(&mut self, i: usize, side: Side) {
        let cell = self.grid.cell(i);
        let half = 0.5 * self.grid.axis(side.axis).widths()[cell[side.axis]];
        self.walls.push(Wall {
            cell: i as u32,
            side,
            condition: self.conditions.len() as u16 - 1,
            surface: self.surfaces.len() as u16 - 1,
            area: self.grid.area(cell, side.axis),
            half,
            position: self.grid.centre(cell) + side.outward().as_dvec3() * half,
        });
    }

    /// Puts a condition on every face between solid and a void inside.
    pub(super) fn line_voids(&mut self, condition: Condition) {
        self.conditions.push(condition);
        self.surfaces.push(Surface::Void(0));
        for i in 0..self.grid.len() {
            for side in Side::ALL {
                let next = self.grid.neighbour(self.grid.cell(i), side.outward());
                if self.material[i] != VOID && next.is_some_and(|next| self.material[self.grid.index(next)] == VOID) {
                    self.wall(i, side);
                }
            }
        }
        self.walls.sort_by_key(|w| w.cell);
    }

    /// Initial deviations.
    pub(super) fn start(&mut self, text: &str) {
        let value = formula(text);
        for i in 0..self.grid.len() {
            let centre = self.grid.centre(self.grid.cell(i));
            let place = crate::expression::Place { x: centre.x, y: centre.y, z: centre.z, ..Default::default() };
            self.initial[i] = if self.material[i] == VOID { 0.0 } else { value.eval(&place) };
        }
    }
}

pub(super) fn side(axis: usize, high: bool) -> Side {
    Side { axis, high }
}

/// Two materials, a void, every kind of condition, sources of every kind, on a graded grid; `scale` times 21 by
/// 14 (by 9) cells.
pub(super) fn medley(three: bool, scale: usize) -> Problem {
    let cells = |n: usize| n * scale;
    let ratio = |r: f64| r.powf(1.0 / scale as f64);
    let (x, y) = (graded(0.10, cells(21), ratio(1.05)), graded(0.08, cells(14), ratio(0.97)));
    let grid = if three {
        Grid::three_dimensional(x, y, graded(0.06, cells(9), ratio(1.1)))
    } else {
        Grid::two_dimensional(x, y, 0.01)
    };
    let mut problem = block(grid);
    let (k, c) = (problem.value("40"), problem.value("3.4e6*(1 + x)"));
    problem.paint(solid("metal", Conductivity::Isotropic(k), c), |[x, y, _]| x > cells(11) && y > cells(4));
    problem
        .fill(VOID, |[x, y, z]| (cells(3)..cells(7)).contains(&x) && (cells(5)..cells(9)).contains(&y) && z < cells(5));
    let temperature = problem.value("10*x/0.1");
    problem.cover(side(0, false), Condition::Temperature(temperature));
    let radiating = problem.environment(["0", "8", "-15", "0.9"]);
    problem.cover(side(0, true), radiating);
    let convection = problem.environment(["200", "25 + 100*x", "5", "0"]);
    problem.cover(side(1, false), convection);
    let flux = problem.environment(["3000", "0", "0", "0"]);
    problem.cover(side(1, true), flux);
    let pipe = problem.environment(["0", "4000", "40", "0"]);
    problem.line_voids(pipe);
    problem.heat("2e5", |[x, y, _]| x > cells(15) && y < cells(3));
    problem.heat("1e6*x", |[x, y, _]| x > cells(15) && y > cells(9));
    problem.start("20*sin(40*x)*cos(30*y) + 100*z");
    problem
}

/// The same where heat has inertia in two of the materials, and changes in time.
pub(super) fn ringing(three: bool) -> Problem {
    let mut problem = changing(three);
    problem.materials[1].relaxation_time = Some(3.0);
    let (k, c) = (problem.value("9"), problem.value("1.1e6"));
    let grain = Material { relaxation_time: Some(0.4), ..solid("grain", Conductivity::Isotropic(k), c) };
    problem.paint(grain, |[x, y, _]| x < 9 && y > 10);
    problem.contacts.push(Contact { between: [Party::Material(0), Party::Material(1)], resistance: 2e-3 });
    problem
}

/// The same with conditions and sources that change in time, some in place and time.
pub(super) fn changing(three: bool) -> Problem {
    let mut problem = medley(three, 1);
    let temperature = problem.value("10*sin(t/40) + 2*x/0.1");
    problem.conditions[0] = Condition::Temperature(temperature);
    problem.conditions[1] = problem.environment(["500*cos(t/30)", "8 + t/100", "-15 + 100*y*sin(t/20)", "0.9"]);
    problem.conditions[3] = problem.environment(["3000*exp(-((x - 0.001*t)/0.02)^2)", "0", "0", "0"]);
    problem.heat("1e5*if(t < 30, 1, 0.5)", |[x, y, _]| x < 3 && y < 3);
    problem.heat("4e6*exp(-((x - 0.07 - 1e-4*t)^2 + (y - 0.04)^2)/1e-4)", |[x, y, _]| (8..15).contains(&x) && y < 12);
    problem
}

/// Conductivities that change with temperature, time and place, a contact, a tensor beside them.
pub(super) fn conducting(three: bool) -> Problem {
    let mut problem = changing(three);
    let (k, axial) = (problem.value("40 - 0.1*(T - 300)"), problem.value("2 + 0.01*(T - 273.15) + t/500 + 10*x"));
    let along = problem.value("3");
    let c = problem.value("1.1e6");
    problem.materials[1].conductivity = Conductivity::Isotropic(k);
    problem.paint(solid("wood", Conductivity::Diagonal([axial, along, axial]), c), |[x, y, _]| x < 9 && y > 10);
    problem.paint(solid("grain", Conductivity::Tensor([6.0, 4.0, 3.0, 1.0, 0.0, 0.0]), c), |[x, y, _]| x > 12 && y < 3);
    problem.contacts.push(Contact { between: [Party::Material(0), Party::Material(1)], resistance: 2e-3 });
    problem
}

/// Materials that melt, sharply and over a range, and one whose heat capacity varies.
pub(super) fn melting(three: bool) -> Problem {
    let mut problem = conducting(three);
    let table =
        Expression::table(Variable::Temperature, vec![(250.0, 2e6), (300.0, 2.1e6), (320.0, 2.6e6), (400.0, 2.5e6)])
            .unwrap();
    problem.materials[0].heat_capacity = problem.values.push(table);
    let (solid_c, liquid_c, liquid_k) = (problem.value("1.9e6"), problem.value("4.2e6"), problem.value("0.6"));
    let melts = |solidus, liquidus| Melting {
        solidus,
        liquidus,
        latent_heat: 3e7,
        liquid_conductivity: Some(liquid_k),
        liquid_heat_capacity: Some(liquid_c),
    };
    problem.materials[2].melting = Some(melts(302.0, 302.0));
    problem.materials[1].heat_capacity = solid_c;
    problem.materials[1].melting = Some(melts(299.0, 304.0));
    problem
}
