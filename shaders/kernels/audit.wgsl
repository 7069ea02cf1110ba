// Range of temperatures, energy, and cells that hold no number, in parts that the host puts together.

struct Part {
    // Lowest and highest temperature (deviations), K.
    low: Real,
    high: Real,
    // Energy above the reference, J, in two parts.
    energy: Real,
    energy_lost: Real,
    // Cells whose temperature is infinite or not a number.
    broken: u32,
    // Cells that are not void.
    solid: u32,
}

var<workgroup> shared_parts: array<Part, line>;

@compute @workgroup_size(line)
fn audit(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let layer = slab.counts.x * slab.counts.y;
    let own = layer * slab.counts.z;
    let start = index_of(slab.first);
    var part = Part(Real(0.0), Real(0.0), Real(0.0), Real(0.0), 0u, 0u);
    for (var n = group.x * line + thread; n < own; n += groups.x * line) {
        let i = start + n;
        if material_of(i) == VOID {
            continue;
        }
        let t = temperature[i];
        // x != x may be assumed never to hold: look at the exponent
        if (bitcast<u32>(f32(t)) & 0x7f800000u) == 0x7f800000u {
            part.broken++;
            continue;
        }
        part.low = select(min(part.low, t), t, part.solid == 0u);
        part.high = select(max(part.high, t), t, part.solid == 0u);
        part.solid++;
        let sum = increased(vec2<Real>(part.energy, part.energy_lost), enthalpy[i] / coefficients[PER_CAPACITY * slab.cells + i]);
        part.energy = sum.x;
        part.energy_lost = sum.y;
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
    if b.solid == 0u {
        return Part(a.low, a.high, a.energy, a.energy_lost, a.broken + b.broken, a.solid);
    }
    if a.solid == 0u {
        return Part(b.low, b.high, b.energy, b.energy_lost, a.broken + b.broken, b.solid);
    }
    let sum = increased(vec2<Real>(a.energy, a.energy_lost), b.energy);
    return Part(
        min(a.low, b.low),
        max(a.high, b.high),
        sum.x,
        sum.y + b.energy_lost,
        a.broken + b.broken,
        a.solid + b.solid,
    );
}
