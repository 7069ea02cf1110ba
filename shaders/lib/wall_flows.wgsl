// What a wall face does now, where the heat of its half cell is state: its surface is as warm as the environment that gives
// this heat demands.
fn wall_now(w: u32, here: Real) -> WallNow {
    var now = fourier_wall(w, here);
    let flow = wall_flows[w];
    if flow.z == 0.0 {
        return now;
    }
    if faces[w].given == 0u {
        // A flux that is given whole is what flows.
        if wall_exchange(w, now.surface) < 1e-9 * wall_conductance(w) {
            return now;
        }
        let values = wall_values(w);
        let steps = select(1u, RADIATION_STEPS, values.w > 0.0);
        for (var n = 0u; n < steps; n++) {
            let supply = faces[w].area
                * environment_flux(values.x, values.y, values.z, values.w, REFERENCE, now.surface);
            now.surface += (supply - flow.x) / wall_exchange(w, now.surface);
        }
    }
    now.heat = flow.x;
    return now;
}

// What the heat of a wall holds back of the entropy, J/K, m Q^2 / (2 T T') with the inertia m = tau / g of its half cell, and the extended
// entropy that it produces there, Q^2 / (g T T'), W/K.
fn wall_held(w: u32, now: WallNow, here: Real) -> vec2<Real> {
    let produced = now.heat * now.heat / (wall_conductance(w) * (here + REFERENCE) * (now.surface + REFERENCE));
    return vec2<Real>(0.5 * wall_flows[w].z * produced, produced);
}

fn wall_has_inertia(w: u32) -> bool {
    return wall_flows[w].z > 0.0;
}
