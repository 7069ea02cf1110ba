// Part of the way to Fourier's heat that every link goes in half a step of `row[0]` s: 1 - exp(-h / (2 g m)).
@compute @workgroup_size(line)
fn decay(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = id.x + id.y * groups.x * line;
    if i >= slab.cells {
        return;
    }
    for (var link = i; link < FAMILIES * slab.cells; link += slab.cells) {
        let m = coefficients[link] * inertia[link].y;
        var part = Real(1.0);
        if m > 0.0 {
            part = decayed(0.5 * row[0] / m);
        }
        inertia[link].x = part;
    }
}
