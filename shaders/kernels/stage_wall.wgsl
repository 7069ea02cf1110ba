// What the cells at walls gain through them in a stage of a super step.
// `row[0]`: what the stage counts for in the heat of the step, s.
@compute @workgroup_size(line)
fn stage_wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
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
    earlier[cell] += row[ROW + 3u] * gain * coefficients[PER_CAPACITY * slab.cells + cell];
}
