// Mean squares of h less what collisions tend to, and of h.
@compute @workgroup_size(line)
fn look(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    if is_void(cells[cell]) {
        return;
    }
    let changed = last_change(cell);
    var now = directed(cell);
    for (var k = 0u; k < 2u; k++) {
        now[k] = ambient[k * COUNT + cell].x + ambient[k * COUNT + cell].y;
    }
    let halves = vec3<Real>(1.0, HALVES.y, HALVES.z);
    var squares = vec2<Real>();
    for (var d = slab.start; d < slab.end; d++) {
        let v = direction(d);
        let energy = energy_of(d);
        let off = step_number(NOW) * (at_cell(stored_at(d), cell) - tends(changed, v, energy));
        let h = tends(now, v, energy) + off;
        squares += v.w * vec2<Real>(dot(halves, off * off), dot(halves, h * h));
    }
    looks[cell] += squares.x;
    looks[COUNT + cell] += squares.y;
}
