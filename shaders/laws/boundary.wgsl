// Sign rule of every boundary: heat counts positive when it enters the solid.
// Temperatures are deviations from `reference` (K), so that f32 keeps its digits.

// Heat per area that an environment sends through a surface, W/m2:
// a given flux, convection (Newton 1701), and grey radiation (Stefan-Boltzmann).
fn environment_flux(flux: Real, convection: Real, ambient: Real, emissivity: Real, reference: Real, surface: Real) -> Real {
    let a = ambient + reference;
    let s = surface + reference;
    let radiation = emissivity * STEFAN_BOLTZMANN * (a + s) * (a * a + s * s);
    return flux + (convection + radiation) * (ambient - surface);
}

// One Newton step for the surface temperature at which conduction through the half cell,
// conductance * (surface - cell), carries what the environment sends. The balance is convex in the
// surface temperature, so the iteration converges from any start not below the root; without
// radiation one step is exact.
fn surface_step(conductance: Real, cell: Real, area: Real, flux: Real, convection: Real, ambient: Real, emissivity: Real, reference: Real, surface: Real) -> Real {
    let s = surface + reference;
    let balance = conductance * (surface - cell) - area * environment_flux(flux, convection, ambient, emissivity, reference, surface);
    let slope = conductance + area * (convection + 4.0 * emissivity * STEFAN_BOLTZMANN * s * s * s);
    return surface - balance / slope;
}
