// What a wall face does.
struct WallNow {
    // Heat into the solid, W.
    heat: Real,
    // Temperature of the surface (deviation), K.
    surface: Real,
}

// Where Newton's method for the temperature of a radiating surface starts: above the root, yet within a fifth of it. The surface is no hotter
// than without radiation, nor hotter than if it gave up by radiation alone all that conduction from the cell, flux and convection bring.
fn surface_start(conductance: Real, cell: Real, area: Real, flux: Real, convection: Real, ambient: Real, emissivity: Real, reference: Real) -> Real {
    let without = (conductance * cell + area * (flux + convection * ambient)) / (conductance + area * convection);
    let a = ambient + reference;
    let brought = conductance / area * (cell + reference) + convection * a + max(flux, 0.0);
    let alone = sqrt(sqrt(a * a * a * a + brought / (emissivity * STEFAN_BOLTZMANN))) - reference;
    return min(max(ambient, without), alone);
}

// Under Fourier's law. `here`: temperature of the cell (deviation), K.
fn fourier_wall(w: u32, here: Real) -> WallNow {
    let face = faces[w];
    let g = wall_conductance(w);
    let values = wall_values(w);
    if face.given == 1u {
        return WallNow(face_heat(g, here, values.x), values.x);
    }
    let flux = values.x;
    let convection = values.y;
    let ambient = values.z;
    let emissivity = values.w;
    var surface = here;
    if emissivity > 0.0 {
        surface = surface_start(g, here, face.area, flux, convection, ambient, emissivity, REFERENCE);
        for (var n = 0u; n < RADIATION_STEPS; n++) {
            surface = surface_step(g, here, face.area, flux, convection, ambient, emissivity, REFERENCE, surface);
        }
    } else {
        surface = surface_step(g, here, face.area, flux, convection, ambient, emissivity, REFERENCE, surface);
    }
    // Of the two sides that balance, the softer one loses fewer digits.
    let s = surface + REFERENCE;
    if face.area * (convection + 4.0 * emissivity * STEFAN_BOLTZMANN * s * s * s) < g {
        return WallNow(face.area * environment_flux(flux, convection, ambient, emissivity, REFERENCE, surface), surface);
    }
    return WallNow(face_heat(g, here, surface), surface);
}
