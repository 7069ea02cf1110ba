// Density, temperature, velocity along the active axes, heat flux of flight, and where there is any, flux of internal temperature.
alias Moments = array<Real, MOMENTS>;

// c^2 less half the dimensions of a velocity.
fn energy_of(d: u32) -> Real {
    return numbers[ENERGIES + d % FAMILIES];
}
