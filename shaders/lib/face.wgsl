// A wall face: where solid ends and a condition holds.

struct Face {
    // m2
    area: Real,
    // Between cell centre and wall, W/K.
    conductance: Real,
    // From cell centre to wall, m.
    half: Real,
    // Where the condition's values are taken, m.
    x: Real,
    y: Real,
    z: Real,
    // Values that do not change in time: temperature, or flux, convection, ambient and emissivity.
    first: Real,
    convection: Real,
    ambient: Real,
    emissivity: Real,
    // Index of the cell in the slab.
    cell: u32,
    condition: u32,
    // The axis that the face is normal to.
    axis: u32,
    // 1 where the surface's temperature is given, 0 where an environment exchanges heat with it.
    given: u32,
}
