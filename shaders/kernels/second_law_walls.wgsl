// The second law at every wall face, and in the steps of the cells there.
@compute @workgroup_size(line)
fn second_law_walls(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var judged = Judged();
    for (var w = group.x * line + thread; w < slab.faces; w += groups.x * line) {
        let cell = faces[w].cell;
        let here = temperature[cell];
        if !wall_has_inertia(w) {
            let now = wall_now(w, here);
            let kelvins = (now.surface + REFERENCE) * (here + REFERENCE);
            judged = with_flow(judged, now.heat, now.surface - here, slack_of(w, now.surface, here), kelvins, cell);
        }
        if JUDGES_STEPS && row[0] > 0.0 && (w == 0u || faces[w - 1u].cell != cell) {
            let at = position_of(cell);
            var range = surroundings(at, cell);
            var gain = link_heat(at, cell, here);
            var driven = source_heat(at, cell) != 0.0;
            for (var other = w; other < slab.faces && faces[other].cell == cell; other++) {
                gain += wall_now(other, here).heat;
                let values = wall_values(other);
                if faces[other].given == 1u {
                    range = included(range, values.x);
                } else {
                    driven = driven || values.x != 0.0;
                    if values.y > 0.0 || values.w > 0.0 {
                        range = included(range, values.z);
                    }
                }
            }
            if !driven {
                judged = judge_step(judged, cell, range, gain);
            }
        }
    }
    leave(judged, thread, groups.x + group.x);
}

// What rounding makes of the drop between surface and cell, K: the surface follows from a balance of what the environment
// sends.
fn slack_of(w: u32, surface: Real, here: Real) -> Real {
    var size = abs(surface) + abs(here);
    if faces[w].given == 0u {
        let values = wall_values(w);
        let exchange = wall_exchange(w, surface);
        let sent = faces[w].area * abs(values.x) + exchange * (abs(values.z) + abs(surface));
        size += sent / (wall_conductance(w) + exchange);
    }
    return 1e-6 * size;
}
