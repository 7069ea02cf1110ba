// Range of temperatures, and cells that hold no number, in parts that the host puts together.

struct Part {
    // Lowest and highest temperature (deviations), K.
    low: Real,
    high: Real,
    // Cells whose temperature is infinite or not a number.
    broken: u32,
    // Cells that are neither broken nor void.
    solid: u32,
}

var<workgroup> shared_parts: array<Part, line>;

@compute @workgroup_size(line)
fn audit(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let own = slab.counts.x * slab.counts.y * slab.counts.z;
    let start = index_of(slab.first);
    var part = Part(Real(0.0), Real(0.0), 0u, 0u);
    for (var n = group.x * line + thread; n < own; n += groups.x * line) {
        if material_of(start + n) == VOID {
            continue;
        }
        let t = temperature[start + n];
        // x != x may be assumed never to hold: look at the exponent
        if (bitcast<u32>(f32(t)) & 0x7f800000u) == 0x7f800000u {
            part.broken++;
        } else {
            part = joined(part, Part(t, t, 0u, 1u));
        }
    }
    shared_parts[thread] = part;
    for (var half = line / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            shared_parts[thread] = joined(shared_parts[thread], shared_parts[thread + half]);
        }
    }
    if thread == 0u {
        parts[group.x] = shared_parts[0];
    }
}

fn joined(a: Part, b: Part) -> Part {
    let low = select(select(min(a.low, b.low), a.low, b.solid == 0u), b.low, a.solid == 0u);
    let high = select(select(max(a.high, b.high), a.high, b.solid == 0u), b.high, a.solid == 0u);
    return Part(low, high, a.broken + b.broken, a.solid + b.solid);
}
