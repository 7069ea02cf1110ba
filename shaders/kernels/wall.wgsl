// What the cells at walls gain through them, in the same step and from the same old temperatures as
// `diffuse`. Faces are sorted by cell; the thread of a cell's first face does all of them.
@compute @workgroup_size(line)
fn wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let start = id.x + id.y * groups.x * line;
    if start >= slab.faces {
        return;
    }
    let cell = faces[start].cell;
    if start > 0u && faces[start - 1u].cell == cell {
        return;
    }
    var gain = Real(0.0);
    for (var w = start; w < slab.faces && faces[w].cell == cell; w++) {
        let heat = wall_heat(w, temperature[cell]);
        heats[w] = increased(heats[w], row[0] * heat);
        gain += heat;
    }
    accumulate(cell, next[cell], row[0] * gain * coefficients[PER_CAPACITY * slab.cells + cell]);
}

// Heat into the solid through a face, W.
fn wall_heat(w: u32, here: Real) -> Real {
    let face = faces[w];
    let g = wall_conductance(w);
    let values = wall_values(w);
    if face.given == 1u {
        return face_heat(g, here, values.x);
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
        return face.area * environment_flux(flux, convection, ambient, emissivity, REFERENCE, surface);
    }
    return face_heat(g, here, surface);
}
