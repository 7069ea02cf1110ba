// Given temperatures at the time of a step.
@compute @workgroup_size(line)
fn drive(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = in_line(id, groups);
    if w < WALLS && walls[w].value != NONE {
        let place = Place(walls[w].x, walls[w].y, walls[w].z, 0.0);
        let value = driven(walls[w].value, place);
        walls[w].given = vec2<Real>(value, 0.0);
    }
}
