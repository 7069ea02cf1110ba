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
        var g = wall_conductance(w);
        if faces[w].given == 0u {
            let outside = wall_exchange(w, fourier.surface);
            g = g * outside / (g + outside);
        }
        let half = 0.5 * row[0];
        // Where nothing but a flux is given it flows at once.
        if g * flow.z * 40.0 > half {
            part = over_halves(decayed(half / (g * flow.z)));
        }
    }
    let heat = relaxed(flow.xy, fourier.heat, part);
    wall_flows[w] = vec4<Real>(heat, flow.z, 0.0);
}
