// The same gas, stored for another step.
@compute @workgroup_size(line)
fn restate(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    if is_void(cells[cell]) {
        return;
    }
    let changed = last_change(cell);
    for (var d = slab.start; d < slab.end; d++) {
        let begin = stored_at(d);
        let target_of = tends(changed, direction(d), energy_of(d));
        let x = target_of + step_number(AGAIN) * (at_cell(begin, cell) - target_of);
        for (var p = 0u; p < HELD; p++) {
            next_state[begin + p * COUNT + cell] = x[p];
        }
    }
}
