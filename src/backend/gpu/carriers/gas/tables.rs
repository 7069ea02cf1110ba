//! What the shaders of a gas on its way must know.

use crate::backend::gpu::carriers::layout::Layout;
use crate::backend::gpu::carriers::molecules;
use crate::kinetic::gas::faces::Moments;
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::transient::Step;
use crate::kinetic::gas::transient::surface::Surface;
use crate::kinetic::gas::velocities::Velocities;

/// Numbers of a step, in this order.
const STEPS: [&str; 8] = ["LENGTH_OF_STEP", "NOW", "QUARTER", "IN_CELL", "ON_FACE", "CELL_FLUX", "FACE_FLUX", "AGAIN"];

/// Where tables begin among the numbers: those of the gas, of steps, halves, surfaces and walls.
fn offsets(vessel: &Vessel, layout: &Layout, surfaces: usize) -> [usize; 5] {
    let kinds = Moments::zero(vessel).kind.len();
    // a gas meets no other medium: nothing stands in the last table of the layout
    let [.., gas] = layout.offsets(&vessel.domain);
    let steps = gas + layout.families;
    let halves = steps + STEPS.len();
    let of_surfaces = halves + layout.axes.len() * kinds * kinds;
    [gas, steps, halves, of_surfaces, of_surfaces + surfaces * (kinds + 1) * (2 * kinds + 1)]
}

pub(super) fn constants(vessel: &Vessel, velocities: &Velocities, layout: &Layout, surfaces: usize) -> String {
    let kinds = Moments::zero(vessel).kind.len();
    let [gas, steps, halves, of_surfaces, of_walls] = offsets(vessel, layout, surfaces);
    let mut text = layout.constants(&vessel.domain) + &molecules::constants(vessel, velocities, layout, gas);
    for (name, value) in [
        ("STEPS", steps),
        ("HALF", halves),
        ("SURFACES", of_surfaces),
        ("OF_WALLS", of_walls),
        ("FLUXES", 2 + layout.axes.len()),
        ("MOMENT_SUMS", layout.parts * 2 * layout.axes.len() * kinds * layout.cells),
    ] {
        text += &format!("const {name}: u32 = {value}u;\n");
    }
    for (n, name) in STEPS.iter().enumerate() {
        text += &format!("const {name}: u32 = {n}u;\n");
    }
    text + &format!("const KEPT: Real = {:e};\n", 1.0 - vessel.gas.prandtl)
}

/// All numbers, after a step of one length (the first) for steps of another.
pub(super) fn numbers(
    vessel: &Vessel,
    velocities: &Velocities,
    layout: &Layout,
    (flyers, surfaces, surface): (&[Flyer], &[Surface], &[u32]),
    [before, step]: [Step; 2],
) -> Vec<f32> {
    let moments = Moments::zero(vessel);
    let kinds = moments.kind.len();
    let mut numbers = layout.numbers(&vessel.domain, &velocities.all(), 0.0, 0.0);
    let d = vessel.parts().dimensions();
    numbers.extend((0..velocities.families()).map(|f| (velocities.at(f, 0).0.powi(2) - 0.5 * d) as f32));
    let of_step =
        [step.length, step.now, step.quarter, step.half, step.face, step.flux[0], step.flux[1], before.now / step.now];
    numbers.extend(of_step.map(|x| x as f32));
    // moments over what flies towards falling coordinates of what tends to a moment
    for &axis in &layout.axes {
        let mut half = vec![vec![0.0; kinds]; kinds];
        for flyer in flyers.iter().filter(|f| f.velocity[axis] < 0.0) {
            for (l, moments) in half.iter_mut().enumerate() {
                flyer.add(&[0, 1, 2].map(|p| flyer.equilibrium[p][l]), moments);
            }
        }
        numbers.extend((0..kinds * kinds).map(|n| half[n % kinds][n / kinds] as f32));
    }
    for surface in surfaces {
        let relative = surface.relative();
        for ((hits, cell), warmth) in relative.hits.iter().zip(&relative.cell).zip(&relative.warmth) {
            numbers.extend(hits.iter().chain(cell).chain([warmth]).map(|x| *x as f32));
        }
    }
    for &w in &layout.walls {
        let which = if surface[w] == u32::MAX { 0 } else { surface[w] };
        numbers.extend([which as f32, vessel.accommodation[w] as f32]);
    }
    numbers
}
