//! The law at finite differences: what passes between two cells, and between a cell and its surroundings.
//!
//! In a half cell from centre to face, with the temperature `T1` and the potential `p1` of the face,
//!
//! - `I = g ((phi - p1) + s (T - T1))`,
//! - `Q1 = s T1 I + k (T - T1)`, the heat that arrives at the face,
//!
//! and the cell, which sends out `Q1` and the work `I (p1 - phi)`, gains `-s T I - k (T - T1) + I^2/g`. With
//! `X_q = 1/T1 - 1/T` and `X_e = (phi - p1)/T` the product `Q1 X_q + I X_e` is `k (T - T1)^2 / (T T1) + I^2 / (g T)`: two
//! squares, so that no state of the scheme runs against the second law. A contact is made of two halves whose Joule heat falls
//! to the faces.

use super::law::{Contact, Half};

/// A side of a face: a cell with its half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// K, absolute.
    pub temperature: f64,
    /// V.
    pub potential: f64,
    /// Towards the face.
    pub half: Half,
}

/// What passes a face, from the first side to the second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Passage {
    /// A.
    pub current: f64,
    /// Temperature of the face on either side, K; equal without a thermal contact resistance.
    pub temperature: [f64; 2],
    /// Potential on either side, V.
    pub potential: [f64; 2],
    /// Heat that arrives at the face from the first side and leaves it on the second, W.
    pub heat: [f64; 2],
    /// The part of it that the current carries, `s T I`, W.
    pub carried: [f64; 2],
    /// Joule's heat of either half cell, W.
    pub joule: [f64; 2],
    /// Joule's heat of the contact, half on either side, W.
    pub contact: f64,
    /// Thomson's heat between the centre of a cell and its surface, W; between two cells it is what `carried` changes by.
    pub bulk: f64,
    /// What either cell gains, W.
    pub gain: [f64; 2],
}

/// Steps of Newton's method on the current; the last ones only polish.
const STEPS: usize = 12;

/// Between two cells.
pub fn between(a: &Cell, b: &Cell, contact: Contact) -> Passage {
    let (g, s) = ([a.half.electrical, b.half.electrical], [a.half.seebeck, b.half.seebeck]);
    let conducts = g[0] > 0.0 && g[1] > 0.0;
    let conductance = if conducts { 1.0 / (1.0 / g[0] + contact.electrical + 1.0 / g[1]) } else { 0.0 };
    // the current that the drops drive, given the temperatures of the face
    let driven = |t: [f64; 2]| {
        conductance * (a.potential - b.potential + s[0] * (a.temperature - t[0]) + s[1] * (t[1] - b.temperature))
    };
    let mut current = 0.0;
    let mut faces = face_temperatures(a, b, contact, 0.0);
    if conducts {
        current = driven(faces.0);
        for _ in 0..STEPS {
            faces = face_temperatures(a, b, contact, current);
            let (t, slope) = faces;
            let excess = current - driven(t);
            let change = excess / (1.0 - conductance * (s[1] * slope[1] - s[0] * slope[0]));
            current -= change;
            if change.abs() <= 4.0 * f64::EPSILON * current.abs() {
                break;
            }
        }
        faces = face_temperatures(a, b, contact, current);
    }
    let [first, second] = faces.0;
    let square = current * current;
    // an insulator's share of Joule's heat is none, not 0/0
    let joule = |g: f64| if conducts { square / g } else { 0.0 };
    let carried = [s[0] * first * current, s[1] * second * current];
    let joule = [joule(g[0]), joule(g[1])];
    let out = [a.half.thermal * (a.temperature - first), b.half.thermal * (second - b.temperature)];
    Passage {
        current,
        temperature: [first, second],
        potential: [
            a.potential + s[0] * (a.temperature - first) - joule_voltage(current, g[0], conducts),
            b.potential - s[1] * (second - b.temperature) + joule_voltage(current, g[1], conducts),
        ],
        heat: [carried[0] + out[0], carried[1] + out[1]],
        carried,
        joule,
        contact: square * contact.electrical,
        bulk: 0.0,
        gain: [-s[0] * a.temperature * current - out[0] + joule[0], s[1] * b.temperature * current + out[1] + joule[1]],
    }
}

fn joule_voltage(current: f64, conductance: f64, conducts: bool) -> f64 {
    if conducts { current / conductance } else { 0.0 }
}

/// Temperatures on the two sides of a face that carries a current, and their slopes in it: heat is conserved on both.
fn face_temperatures(a: &Cell, b: &Cell, contact: Contact, current: f64) -> ([f64; 2], [f64; 2]) {
    let (ka, kb) = (a.half.thermal, b.half.thermal);
    let (sa, sb) = (a.half.seebeck, b.half.seebeck);
    let joule = current * current * contact.electrical;
    if contact.thermal == 0.0 {
        let (sum, slope) = (ka + kb + (sb - sa) * current, sb - sa);
        let t = (ka * a.temperature + kb * b.temperature + joule) / sum;
        let change = (2.0 * current * contact.electrical - t * slope) / sum;
        return ([t; 2], [change; 2]);
    }
    let c = 1.0 / contact.thermal;
    let (p, q) = (ka + c - sa * current, kb + c + sb * current);
    let solve = |u: f64, v: f64| {
        let determinant = p * q - c * c;
        [(u * q + c * v) / determinant, (v * p + c * u) / determinant]
    };
    let t = solve(ka * a.temperature + 0.5 * joule, kb * b.temperature + 0.5 * joule);
    let heating = current * contact.electrical;
    (t, solve(heating + sa * t[0], heating - sb * t[1]))
}

/// Heat that the surroundings send into a surface of a temperature (K), W, and its slope, W/K.
pub type Surroundings<'a> = &'a dyn Fn(f64) -> (f64, f64);

/// What holds the temperature of a surface.
pub enum Outside<'a> {
    /// It is given, K.
    Given(f64),
    /// The surroundings send heat; a start for the search, K.
    Exchange(Surroundings<'a>, f64),
}

/// Between a cell and a terminal of a potential (V) or, without one, its surface. `seebeck` (V/K) is that of the material by
/// temperature (K): what the current carries through the surface is decided there.
pub fn outwards(cell: &Cell, seebeck: &dyn Fn(f64) -> f64, outside: &Outside<'_>, terminal: Option<f64>) -> Passage {
    let Half { electrical: g, thermal: k, .. } = cell.half;
    let conducts = terminal.is_some() && g > 0.0;
    let current_at = |surface: f64, s: f64| match terminal {
        Some(potential) if conducts => g * (cell.potential - potential + s * (cell.temperature - surface)),
        _ => 0.0,
    };
    let surface = match outside {
        Outside::Given(t) => *t,
        Outside::Exchange(heat, start) => {
            let mut t = *start;
            for _ in 0..30 {
                let s = seebeck(t);
                let current = current_at(t, s);
                let (sent, steeper) = heat(t);
                let balance = s * t * current + k * (cell.temperature - t) + sent;
                let slope = s * current - if conducts { s * s * t * g } else { 0.0 } - k + steeper;
                let change = balance / slope;
                t -= change;
                if change.abs() <= 1e-15 * t.abs() {
                    break;
                }
            }
            t
        }
    };
    let s = seebeck(surface);
    let current = current_at(surface, s);
    let out = k * (cell.temperature - surface);
    let joule = if conducts { current * current / g } else { 0.0 };
    let potential = terminal.unwrap_or(cell.potential + s * (cell.temperature - surface));
    let carried = s * surface * current;
    Passage {
        current,
        temperature: [surface; 2],
        potential: [potential; 2],
        heat: [carried + out; 2],
        carried: [carried, 0.0],
        joule: [joule, 0.0],
        contact: 0.0,
        bulk: (cell.half.seebeck - s) * cell.temperature * current,
        gain: [-s * cell.temperature * current - out + joule, 0.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupled::law::series;

    const A: Cell =
        Cell { temperature: 310.0, potential: 0.02, half: Half { electrical: 40.0, thermal: 2e-3, seebeck: 2e-4 } };
    const B: Cell =
        Cell { temperature: 295.0, potential: -0.01, half: Half { electrical: 90.0, thermal: 5e-3, seebeck: -1.5e-4 } };

    #[test]
    fn a_face_keeps_charge_and_energy_and_never_runs_backwards() {
        for contact in [
            Contact::default(),
            Contact { electrical: 0.01, thermal: 0.0 },
            Contact { electrical: 0.01, thermal: 150.0 },
        ] {
            let p = between(&A, &B, contact);
            // half cells: the law itself
            let [t1, t2] = p.temperature;
            let [p1, p2] = p.potential;
            let ia = A.half.electrical * (A.potential - p1 + A.half.seebeck * (A.temperature - t1));
            let ib = B.half.electrical * (p2 - B.potential + B.half.seebeck * (t2 - B.temperature));
            assert!((ia / p.current - 1.0).abs() < 1e-12 && (ib / p.current - 1.0).abs() < 1e-12);
            assert!((p1 - p2 - p.current * contact.electrical).abs() < 1e-14);
            // energy: what one cell loses the other gains, with the work of the current
            let sent = p.heat[0] + p.current * p1;
            assert!((sent - p.heat[1] - p.current * p2).abs() < 1e-13 * sent.abs());
            assert!((p.gain[0] + sent - p.current * A.potential).abs() < 1e-12, "first");
            assert!((p.gain[1] - sent + p.current * B.potential).abs() < 1e-12, "second");
            if contact.thermal > 0.0 {
                let middle = p.heat[0] + 0.5 * p.current * p.current * contact.electrical;
                assert!((middle - (t1 - t2) / contact.thermal).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn small_drops_are_answered_by_the_matrix_of_the_face() {
        let contact = Contact { electrical: 0.01, thermal: 150.0 };
        let t = 300.0;
        let m = series(&[A.half.resistance(t), contact.resistance(t), B.half.resistance(t)]);
        for (volts, kelvin) in [(1e-7, 0.0), (0.0, 1e-4)] {
            let a = Cell { temperature: t + kelvin, potential: volts, ..A };
            let b = Cell { temperature: t, potential: 0.0, ..B };
            let p = between(&a, &b, contact);
            let expected = [m[0][0] * volts + m[0][1] * kelvin, m[1][0] * volts + m[1][1] * kelvin];
            assert!((p.current / expected[0] - 1.0).abs() < 1e-5, "{p:?} {expected:?}");
            assert!((p.heat[0] / t / expected[1] - 1.0).abs() < 1e-5, "{p:?} {expected:?}");
        }
    }

    #[test]
    fn an_adiabatic_terminal_takes_current_and_no_heat() {
        let nothing = |_: f64| (0.0, 0.0);
        let p = outwards(&A, &|_| A.half.seebeck, &Outside::Exchange(&nothing, 300.0), Some(0.0));
        assert!(p.current > 0.0 && p.heat[0].abs() < 1e-12, "{p:?}");
    }
}
