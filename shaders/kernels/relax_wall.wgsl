// Relaxation of the heats of walls. The environment has no inertia: it only adds its resistance.
@compute @workgroup_size(line)
fn relax_wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = id.x + id.y * groups.x * line;
    if w >= slab.faces {
        return;
    }
    let fourier = fourier_wall(w, temperature[faces[w].cell]);
    let flow = wall_flows[w];
    var part = Real(1.0);
    if flow.z > 0.0 {
        // An environment shortens the time by its part of the whole resistance.
        var time = flow.z;
        if faces[w].given == 0u {
            let outside = wall_exchange(w, fourier.surface);
            time *= outside / (wall_conductance(w) + outside);
        }
        let half = 0.5 * row[0];
        // Where next to nothing but a flux is given it flows at once.
        if 40.0 * time > half {
            part = over_halves(decayed(half / time));
        }
    }
    let heat = relaxed(flow.xy, fourier.heat, part);
    wall_flows[w] = vec4<Real>(heat, flow.z, 0.0);
}
