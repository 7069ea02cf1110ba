// What the cells at walls add to a component of a map. Faces are sorted by cell; the thread of a cell's first face does all of
// them.
@compute @workgroup_size(line)
fn map_wall(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let start = id.x + id.y * groups.x * line;
    if start >= slab.faces {
        return;
    }
    let cell = faces[start].cell;
    if start > 0u && faces[start - 1u].cell == cell {
        return;
    }
    let at = position_of(cell);
    var sum = Real(0.0);
    for (var w = start; w < slab.faces && faces[w].cell == cell; w++) {
        sum += entered(w, at);
    }
    next[cell] += sum / volume(at);
}
