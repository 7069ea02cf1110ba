// What every wall face does now.
@compute @workgroup_size(line)
fn wall_survey(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = id.x + id.y * groups.x * line;
    if w >= slab.faces {
        return;
    }
    let cell = faces[w].cell;
    let here = temperature[cell];
    let now = wall_now(w, here);
    var defect = Real(0.0);
    if w == 0u || faces[w - 1u].cell != cell {
        var gain = now.heat;
        for (var other = w + 1u; other < slab.faces && faces[other].cell == cell; other++) {
            gain += wall_now(other, here).heat;
        }
        let at = position_of(cell);
        let inner = link_heat(at, cell, here) + source_heat(at, cell);
        defect = step_defect(cell, inner + gain) - step_defect(cell, inner);
    }
    let held = wall_held(w, now, here);
    walls_now[w] = WallState(now.heat, now.surface, here, defect, held.x, held.y);
}
