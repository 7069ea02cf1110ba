// Where a super step lands: range of temperatures and the largest estimated error, in parts that the host puts together.
// The estimate is linear in the change and the rates at both ends: its weights stand in the row behind its values.

struct Landing {
    // Lowest and highest temperature (deviations), K.
    low: Real,
    high: Real,
    // K
    error: Real,
    // Cells that are not void, and those of them whose temperature or error is infinite or not a number.
    solid: u32,
    broken: u32,
}

var<workgroup> shared_landings: array<Landing, line>;

@compute @workgroup_size(line)
fn landing(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let own = slab.counts.x * slab.counts.y * slab.counts.z;
    let start = index_of(slab.first);
    var all = Landing(Real(0.0), Real(0.0), Real(0.0), 0u, 0u);
    for (var n = group.x * line + thread; n < own; n += groups.x * line) {
        let i = start + n;
        if material_of(i) == VOID {
            continue;
        }
        let t = temperature[i];
        let error = abs(row[ROW] * change[i] + row[ROW + 1u] * rate[i] + row[ROW + 2u] * ahead[i]);
        if is_broken(t) || is_broken(error) {
            all.broken++;
        } else {
            all = joined(all, Landing(t, t, error, 1u, 0u));
        }
    }
    shared_landings[thread] = all;
    for (var half = line / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            shared_landings[thread] = joined(shared_landings[thread], shared_landings[thread + half]);
        }
    }
    if thread == 0u {
        landings[group.x] = shared_landings[0];
    }
}

// x != x may be assumed never to hold: look at the exponent
fn is_broken(value: Real) -> bool {
    return (bitcast<u32>(f32(value)) & 0x7f800000u) == 0x7f800000u;
}

fn joined(a: Landing, b: Landing) -> Landing {
    let low = select(select(min(a.low, b.low), a.low, b.solid == 0u), b.low, a.solid == 0u);
    let high = select(select(max(a.high, b.high), a.high, b.solid == 0u), b.high, a.solid == 0u);
    return Landing(low, high, max(a.error, b.error), a.solid + b.solid, a.broken + b.broken);
}
