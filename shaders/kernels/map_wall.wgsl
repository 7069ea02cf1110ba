// What the cells at walls add to a component of a map.
@compute @workgroup_size(line)
fn map_wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let start = first_face(id, groups);
    if start == NO_FACE {
        return;
    }
    let cell = faces[start].cell;
    let at = position_of(cell);
    var sum = Real(0.0);
    for (var w = start; w < slab.faces && faces[w].cell == cell; w++) {
        sum += entered(w, at);
    }
    next[cell] += sum / volume(at);
}
