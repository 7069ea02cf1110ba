// What the cells at walls gain through them, in the same step and from the same old temperatures as
// `diffuse`.
@compute @workgroup_size(line)
fn wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let start = first_face(id, groups);
    if start == NO_FACE {
        return;
    }
    let cell = faces[start].cell;
    var gain = Real(0.0);
    for (var w = start; w < slab.faces && faces[w].cell == cell; w++) {
        let heat = wall_now(w, temperature[cell]).heat;
        heats[w] = increased(heats[w], row[0] * heat);
        gain += heat;
    }
    accumulate(cell, next[cell], row[0] * gain * coefficients[PER_CAPACITY * slab.cells + cell]);
}
