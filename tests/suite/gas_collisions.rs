//! The relaxation of a gas against colliding molecules: the published table of the linearised Boltzmann equation, and direct
//! simulation of Boltzmann's own equation (Bird, Molecular Gas Dynamics and the Direct Simulation of Gas Flows, 1994, no time
//! counter), which has neither ordinates nor a relaxation time.
//!
//! Two plates at a distance of 1, at T0 (1 + 0.1) and T0 (1 - 0.1), molecules of mass 1, number density 1 and 2 R T0 = 1. Hard
//! spheres and Maxwell molecules (scattered isotropically, as often at any speed) have the two ends of what monatomic gases do
//! to temperature jumps, so a relaxation that is near both is near any of them.

use crate::common::{Random, number, run_report};
use std::f64::consts::{PI, TAU};

#[derive(Debug, Clone, Copy)]
enum Molecules {
    HardSpheres,
    Maxwell,
}

impl Molecules {
    /// Cross-section (hard spheres) or cross-section times speed (Maxwell) for a rarefaction p L / (viscosity v0), and the mean
    /// free path. Viscosities: Chapman and Cowling, 10.21, with 1.016034 for all orders; 2 p / (n sigma g), exact.
    fn collisions(self, rarefaction: f64) -> (f64, f64) {
        match self {
            Self::HardSpheres => {
                let section = 1.016034 * 5.0 / 16.0 * (0.5 * PI).sqrt() * rarefaction / 0.5;
                (section, 1.0 / (2f64.sqrt() * section))
            }
            Self::Maxwell => (2.0 * rarefaction, 1.0 / (PI.sqrt() * rarefaction)),
        }
    }

    /// By the same: conductivity is 1.025218 of its first order.
    fn prandtl(self) -> f64 {
        match self {
            Self::HardSpheres => 2.0 / 3.0 * 1.016034 / 1.025218,
            Self::Maxwell => 2.0 / 3.0,
        }
    }
}

const DIFFERENCE: f64 = 0.1;
const IN_A_CELL: usize = 40;

fn maxwellian(random: &mut Random, temperature: f64) -> [f64; 3] {
    let spread = temperature.sqrt();
    let mut pair = || {
        let (length, turn) = ((-2.0 * random.next().ln()).sqrt() * spread, TAU * random.next());
        [length * turn.cos(), length * turn.sin()]
    };
    let ([x, y], [z, _]) = (pair(), pair());
    [x, y, z]
}

/// Heat from plate to plate in units of p0 v0 and the relative temperature difference.
fn simulate(molecules: Molecules, rarefaction: f64, arrivals: usize, seed: u64) -> f64 {
    let mut random = Random(seed);
    let (section, path) = molecules.collisions(rarefaction);
    // a sixth of a free path to a cell, a sixth of a mean free time to a step: errors of the second order, 0.1 to 0.2 %
    let cells = ((6.0 / path).ceil() as usize).max(8);
    let (count, step) = (cells * IN_A_CELL, path.min(2.0) / 6.0);
    let plates = [0.5 * (1.0 + DIFFERENCE), 0.5 * (1.0 - DIFFERENCE)];
    let mut place: Vec<f64> = (0..count).map(|_| random.next()).collect();
    let mut velocity: Vec<[f64; 3]> =
        place.iter().map(|x| maxwellian(&mut random, plates[0] + x * (plates[1] - plates[0]))).collect();
    // the largest cross-section times speed seen in a cell, and the pairs left over from the step before
    let mut largest = vec![4.0; cells];
    let mut left = vec![0.0; cells];
    let mut members = vec![Vec::new(); cells];
    let (mut time, mut seen, mut heat) = (0.0, 0usize, 0.0);
    // settled after some ten crossings, by collisions or not
    let settling = 10.0 * (1.0 + rarefaction);
    let mut now = 0.0;
    while seen < arrivals {
        let counts = now > settling;
        now += step;
        for (x, v) in place.iter_mut().zip(&mut velocity) {
            let mut rest = step;
            while !(0.0..=1.0).contains(&(*x + v[0] * rest)) {
                let wall = usize::from(v[0] > 0.0);
                rest -= (wall as f64 - *x) / v[0];
                if counts {
                    // what a plate sends back carries 2 k T each in the mean
                    let brought = 0.5 * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) - 2.0 * plates[wall];
                    heat += if wall == 0 { -brought } else { brought };
                    seen += 1;
                }
                *v = maxwellian(&mut random, plates[wall]);
                v[0] = (-2.0 * plates[wall] * random.next().ln()).sqrt() * if wall == 0 { 1.0 } else { -1.0 };
                *x = wall as f64;
            }
            *x += v[0] * rest;
        }
        if counts {
            time += step;
        }
        members.iter_mut().for_each(Vec::clear);
        for (molecule, x) in place.iter().enumerate() {
            members[((x * cells as f64) as usize).min(cells - 1)].push(molecule);
        }
        for (cell, here) in members.iter().enumerate() {
            let n = here.len();
            if n < 2 {
                continue;
            }
            let most = if let Molecules::HardSpheres = molecules { largest[cell] } else { 1.0 };
            let pairs = 0.5 * (n * (n - 1)) as f64 * section * most * step / IN_A_CELL as f64 + left[cell];
            left[cell] = pairs.fract();
            for _ in 0..pairs as usize {
                let one = (random.next() * n as f64) as usize;
                let other = (one + 1 + (random.next() * (n - 1) as f64) as usize) % n;
                let (one, other) = (here[one], here[other]);
                let (v, w) = (velocity[one], velocity[other]);
                let speed = (0..3).map(|d| (v[d] - w[d]).powi(2)).sum::<f64>().sqrt();
                if let Molecules::HardSpheres = molecules {
                    largest[cell] = largest[cell].max(speed);
                    if random.next() * most > speed {
                        continue;
                    }
                }
                let (mu, turn) = (2.0 * random.next() - 1.0, TAU * random.next());
                let sine = (1.0 - mu * mu).sqrt();
                for (d, towards) in [mu, sine * turn.cos(), sine * turn.sin()].into_iter().enumerate() {
                    let (middle, half) = (0.5 * (v[d] + w[d]), 0.5 * speed * towards);
                    velocity[one][d] = middle + half;
                    velocity[other][d] = middle - half;
                }
            }
        }
    }
    // both plates were counted; p0 v0 = 1/2
    0.5 * heat / (count as f64 * time) / (0.5 * 2.0 * DIFFERENCE)
}

/// The same by a scenario: argon at 300 K, 1 K between plates 1 um apart.
fn relaxation(rarefaction: f64, prandtl: f64) -> f64 {
    let (pressure, v0, gap) = (1e4, (2.0 * 8.314_462_618 / 39.948e-3 * 300.0f64).sqrt(), 1e-6);
    let viscosity = pressure * gap / (v0 * rarefaction);
    let report = run_report(&format!(
        r#"
title = "Gas between plates"
model = "gas"
[grid]
size = ["1 um", "1 um"]
cells = [60, 1]
material = "argon"
[materials.argon]
gas = {{ molar_mass = "39.948 g/mol", viscosity = "{viscosity} Pa s", prandtl = {prandtl} }}
[boundary]
x_min = {{ temperature = "300.5 K" }}
x_max = {{ temperature = "299.5 K" }}
y_min = {{ specular = true }}
y_max = {{ specular = true }}
[initial]
temperature = "300 K"
[gas]
pressure = "{pressure} Pa"
ordinates = {{ speeds = 12, azimuthal = 48 }}
[run]
until = "steady"
"#
    ));
    number(&report, "gas.effective_conductivity_W_per_mK") * 300.0 / (pressure * v0 * gap)
}

/// From free flight to where jumps at the plates are all that is left of it. Arrivals are so many that 0.1 to 0.3 % of noise
/// are left.
#[test]
fn plates_over_the_range_of_knudsen_numbers() {
    use Molecules::{HardSpheres, Maxwell};
    let cases = [
        (0.1, HardSpheres, 4_000_000),
        (0.1, Maxwell, 4_000_000),
        (1.0, HardSpheres, 4_000_000),
        (1.0, Maxwell, 4_000_000),
        (2.0, HardSpheres, 12_000_000),
        (2.0, Maxwell, 4_000_000),
        (4.0, HardSpheres, 16_000_000),
        (4.0, Maxwell, 4_000_000),
    ];
    let expected: Vec<f64> = std::thread::scope(|scope| {
        let run =
            |(rarefaction, molecules, arrivals)| scope.spawn(move || simulate(molecules, rarefaction, arrivals, 7));
        let runs = cases.map(run);
        runs.into_iter().map(|run| run.join().expect("a simulation")).collect()
    });
    for ((rarefaction, molecules, _), expected) in cases.into_iter().zip(expected) {
        let got = relaxation(rarefaction, molecules.prandtl());
        println!("{molecules:?} {rarefaction}: {got:.5} for {expected:.5}, {:+.2} %", 100.0 * (got / expected - 1.0));
        assert!((got / expected - 1.0).abs() < 0.02, "{molecules:?} {rarefaction}: {got} for {expected}");
    }
}

/// Further apart there is the bulk between two layers, whose jump is known for hard spheres (Ohwada, Aoki and Sone, Phys. Fluids
/// A 1, 1588, 1989: 2.4001 with a conductivity of 1.922284 in the same units).
#[test]
fn plates_many_free_paths_apart() {
    let prandtl = Molecules::HardSpheres.prandtl();
    for rarefaction in [8.0, 15.0, 40.0, 200.0] {
        let expected = 1.25 / (rarefaction * prandtl + 2.0 * 2.4001 / 1.922284);
        let got = relaxation(rarefaction, prandtl);
        println!("hard spheres {rarefaction}: {got:.5} for {expected:.5}, {:+.2} %", 100.0 * (got / expected - 1.0));
        assert!((got / expected - 1.0).abs() < 0.015, "{rarefaction}: {got} for {expected}");
    }
}

/// Knudsen number (free path of hard spheres over the gap) and twice the heat between plates in units of p0 v0 and the relative temperature difference: the
/// linearised Boltzmann equation of hard spheres (Y. Sone, Molecular Gas Dynamics, Birkhäuser 2007, as O. Rogozin gives its table as "LBE solution"
/// beside his own; olegrog/latex, science/couette_heat/mipt_proceedings/heat/sone.txt).
const PUBLISHED: [(f64, f64); 22] = [
    (0.1128, 0.3246),
    (0.1788, 0.4329),
    (0.2834, 0.5492),
    (0.4492, 0.6637),
    (0.5642, 0.717),
    (0.712, 0.7682),
    (1.128, 0.8577),
    (1.788, 0.9304),
    (2.257, 0.9609),
    (2.834, 0.9871),
    (4.492, 1.03),
    (5.642, 1.046),
    (7.12, 1.061),
    (9.027, 1.073),
    (11.28, 1.083),
    (17.88, 1.098),
    (22.57, 1.104),
    (28.34, 1.109),
    (45.14, 1.116),
    (56.42, 1.118),
    (71.2, 1.12),
    (112.8, 1.123),
];

/// Three decades, from jumps beside a bulk to nearly free flight.
#[test]
fn plates_as_the_linearised_boltzmann_equation_has_them() {
    // viscosity over p0 times the free path over v0, of hard spheres (the same source)
    const VISCOSITY: f64 = 1.270042427;
    for (knudsen, twice) in PUBLISHED {
        let rarefaction = 1.0 / (VISCOSITY * 0.5 * PI.sqrt() * knudsen);
        let (got, expected) = (relaxation(rarefaction, Molecules::HardSpheres.prandtl()), 0.5 * twice);
        println!("Kn {knudsen}: {got:.5} for {expected:.5}, {:+.2} %", 100.0 * (got / expected - 1.0));
        assert!((got / expected - 1.0).abs() < 0.02, "Kn {knudsen}: {got} for {expected}");
    }
}
