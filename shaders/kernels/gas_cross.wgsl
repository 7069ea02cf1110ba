// Collisions on the faces, and the balance of every cell in every velocity.
@compute @workgroup_size(line)
fn cross_faces(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    let part = id.z;
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let on_face = step_number(ON_FACE);
    let changed = last_change(cell);
    let own = directed(cell);
    // what leaves over a side meets the first, what enters there the second
    var leaving: array<Moments, SIDES>;
    var arriving: array<Moments, SIDES>;
    var link: array<u32, SIDES>;
    var warmer: array<Real, SIDES>;
    for (var side = 0u; side < SIDES; side++) {
        let i = side / 2u;
        link[side] = link_of(cell, info, side);
        if is_closed(link[side]) {
            let w = link[side] ^ A_WALL;
            warmer[side] = warmer_than(w, cell);
            for (var k = 0u; k < MOMENTS; k++) {
                leaving[side][k] = (1.0 - on_face) * faces[AXES * MOMENTS * COUNT + w * MOMENTS + k];
            }
            continue;
        }
        let beyond = moments_beyond(cell, side, link[side]);
        let high = (side & 1u) == 1u;
        let owner = select(cell_beyond(link[side]), cell, high);
        for (var k = 0u; k < MOMENTS; k++) {
            let face = faces[(i * MOMENTS + k) * COUNT + owner] + select(beyond[k], 0.0, high);
            leaving[side][k] = (1.0 - on_face) * face;
            arriving[side][k] = leaving[side][k] + on_face * beyond[k];
        }
    }
    var sum: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        sum[k] = sums[MOMENT_SUMS + (part * MOMENTS + k) * COUNT + cell];
    }
    let rows = rows_of(part);
    for (var d = rows.x; d < rows.y; d++) {
        let v = direction(d);
        let energy = energy_of(d);
        let begin = stored_at(d);
        var x = step_number(IN_CELL) * (at_cell(begin, cell) - tends(changed, v, energy));
        for (var i = 0u; i < AXES; i++) {
            let rising = v[i] > 0.0;
            let ahead = 2u * i + select(0u, 1u, rising);
            let back = 4u * i + 1u - ahead;
            let crossing = leaving_at(d, i);
            let leaves = tends(leaving[ahead], v, energy) + on_face * at_cell(crossing, cell);
            var enters: vec3<Real>;
            if is_closed(link[back]) {
                let w = link[back] ^ A_WALL;
                var mirrored = vec3<Real>();
                let slot = walls[w].slot;
                if slot != NONE {
                    for (var p = 0u; p < HELD; p++) {
                        mirrored[p] = after[WALLS + (d * SLOTS + slot) * HELD + p];
                    }
                }
                enters = entering(w, after[w], mirrored, warmer[back], own, v, energy);
            } else {
                enters = tends(arriving[back], v, energy) + on_face * at_cell(crossing, cell_beyond(link[back]));
            }
            x += step_number(LENGTH_OF_STEP) * abs(v[i]) / width(i, cell) * (enters - leaves);
        }
        for (var p = 0u; p < HELD; p++) {
            next_state[begin + p * COUNT + cell] = x[p];
        }
        let share = share_of(x, v, energy);
        for (var k = 0u; k < MOMENTS; k++) {
            sum[k] += share[k];
        }
    }
    for (var k = 0u; k < MOMENTS; k++) {
        sums[MOMENT_SUMS + (part * MOMENTS + k) * COUNT + cell] = sum[k];
    }
}
