// What velocities bring to the faces that they leave a cell by at half the step, before the collisions of that half; and its moments.

fn monotone(a: vec3<Real>, b: vec3<Real>) -> vec3<Real> {
    let size = min(0.5 * abs(a + b), 2.0 * min(abs(a), abs(b)));
    return select(vec3<Real>(), sign(a) * size, a * b > vec3<Real>());
}

// What entered at a wall in the step before, less what collisions tend to in the cell now.
fn entered(w: u32, d: u32, changed: Moments, warmer: Real, own: Moments, v: vec4<Real>, energy: Real) -> vec3<Real> {
    var mirrored = vec3<Real>();
    let slot = walls[w].slot;
    if slot != NONE {
        for (var p = 0u; p < HELD; p++) {
            mirrored[p] = before[WALLS + (d * SLOTS + slot) * HELD + p];
        }
        mirrored -= tends(changed, v, energy);
    }
    let emission = before[w] - (changed[0] + 0.5 * changed[1]);
    return entering(w, emission, mirrored, warmer, own, v, energy);
}

@compute @workgroup_size(line)
fn arrive(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    let part = id.z;
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let quarter = step_number(QUARTER);
    let flown = 0.5 * step_number(LENGTH_OF_STEP);
    let changed = last_change(cell);
    let own = directed(cell);
    // what sets out is a part of what is stored and what these moments tend to
    var here: Moments;
    var beyond: array<Moments, SIDES>;
    var link: array<u32, SIDES>;
    var closer: array<Real, SIDES>;
    var warmer: array<Real, SIDES>;
    var sum: array<Moments, SIDES>;
    for (var k = 0u; k < MOMENTS; k++) {
        here[k] = -quarter * changed[k];
    }
    for (var side = 0u; side < SIDES; side++) {
        for (var k = 0u; k < MOMENTS; k++) {
            sum[side][k] = sums[((part * SIDES + side) * MOMENTS + k) * COUNT + cell];
        }
        link[side] = link_of(cell, info, side);
        let wide = width(side / 2u, cell);
        if is_closed(link[side]) {
            closer[side] = 2.0 / wide;
            warmer[side] = warmer_than(link[side] ^ A_WALL, cell);
            continue;
        }
        let other = cell_beyond(link[side]);
        closer[side] = 2.0 / (wide + width(side / 2u, other));
        beyond[side] = moments_beyond(cell, side, link[side]);
        let there = last_change(other);
        for (var k = 0u; k < MOMENTS; k++) {
            beyond[side][k] -= quarter * there[k];
        }
    }
    let rows = rows_of(part);
    for (var d = rows.x; d < rows.y; d++) {
        let v = direction(d);
        let energy = energy_of(d);
        let begin = stored_at(d);
        let bound = quarter * at_cell(begin, cell) + tends(here, v, energy);
        var slope: array<vec3<Real>, AXES>;
        var out = bound;
        for (var i = 0u; i < AXES; i++) {
            var difference: array<vec3<Real>, 2>;
            var known: array<bool, 2>;
            for (var high = 0u; high < 2u; high++) {
                let side = 2u * i + high;
                var value: vec3<Real>;
                known[high] = true;
                if is_closed(link[side]) {
                    // what enters at a wall counts as its value there
                    known[high] = (v[i] > 0.0) == (high == 0u);
                    if known[high] {
                        value = entered(link[side] ^ A_WALL, d, changed, warmer[side], own, v, energy);
                    }
                } else {
                    value = quarter * at_cell(begin, cell_beyond(link[side])) + tends(beyond[side], v, energy);
                }
                difference[high] = (value - bound) * closer[side];
            }
            let low = -difference[0];
            let high = difference[1];
            if known[0] && known[1] {
                slope[i] = monotone(low, high);
            } else if known[0] {
                slope[i] = low;
            } else if known[1] {
                slope[i] = high;
            }
            out -= flown * v[i] * slope[i];
        }
        for (var i = 0u; i < AXES; i++) {
            let rising = v[i] > 0.0;
            let leaves = out + select(-0.5, 0.5, rising) * width(i, cell) * slope[i];
            let to = leaving_at(d, i);
            for (var p = 0u; p < HELD; p++) {
                next_state[to + p * COUNT + cell] = leaves[p];
            }
            let side = 2u * i + select(0u, 1u, rising);
            let share = share_of(leaves, v, energy);
            for (var k = 0u; k < MOMENTS; k++) {
                sum[side][k] += share[k];
            }
            if is_closed(link[side]) {
                let slot = walls[link[side] ^ A_WALL].slot;
                if slot != NONE {
                    for (var p = 0u; p < HELD; p++) {
                        hits[(d * SLOTS + slot) * HELD + p] = leaves[p];
                    }
                }
            }
        }
    }
    for (var side = 0u; side < SIDES; side++) {
        for (var k = 0u; k < MOMENTS; k++) {
            sums[((part * SIDES + side) * MOMENTS + k) * COUNT + cell] = sum[side][k];
        }
    }
}
