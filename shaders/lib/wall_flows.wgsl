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

// What the heat of a wall holds back of the entropy, J/K: m Q^2 / (2 T T') with the inertia m = tau / g of its half cell.
fn wall_held(w: u32, now: WallNow, here: Real) -> Real {
    let m = wall_flows[w].z / wall_conductance(w);
    return 0.5 * m * now.heat * now.heat / ((here + REFERENCE) * (now.surface + REFERENCE));
}

fn wall_has_inertia(w: u32) -> bool {
    return wall_flows[w].z > 0.0;
}
