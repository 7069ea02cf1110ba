// What a wall face does.
struct WallNow {
    // Heat into the solid, W.
    heat: Real,
    // Temperature of the surface (deviation), K.
    surface: Real,
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
        surface = max(here, ambient);
        for (var n = 0u; n < RADIATION_STEPS; n++) {
            surface = surface_step(g, here, face.area, flux, convection, ambient, emissivity, REFERENCE, surface);
        }
    } else {
        surface = surface_step(g, here, face.area, flux, convection, ambient, emissivity, REFERENCE, surface);
    }
    // Of the two sides that balance, the softer one loses fewer digits.
    if face.area * convection < g {
        return WallNow(face.area * environment_flux(flux, convection, ambient, emissivity, REFERENCE, surface), surface);
    }
    return WallNow(face_heat(g, here, surface), surface);
}
