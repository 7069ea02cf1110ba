// The second law in every cell: its links, and its step as if it had no walls.
@compute @workgroup_size(line)
fn second_law(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let own = slab.counts.x * slab.counts.y * slab.counts.z;
    let start = index_of(slab.first);
    var judged = Judged();
    for (var n = group.x * line + thread; n < own; n += groups.x * line) {
        let i = start + n;
        if material_of(i) == VOID {
            continue;
        }
        let at = position_of(i);
        judged = judge_links(judged, at, i);
        if JUDGES_STEPS && row[0] > 0.0 && source_heat(at, i) == 0.0 {
            let here = temperature[i];
            judged = judge_step(judged, i, surroundings(at, i), link_heat(at, i, here));
        }
    }
    leave(judged, thread, group.x);
}
