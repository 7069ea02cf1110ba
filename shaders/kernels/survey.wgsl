// Totals of a state, each in two parts (a sum and what rounding took from it), that the host puts together.

struct Totals {
    // Energy above the reference, J.
    energy: vec2<Real>,
    // Entropy above the reference, J/K.
    entropy: vec2<Real>,
    // Temperature deviation times volume, K m3.
    warmth: vec2<Real>,
    // Entropy produced by the heat between cells, W/K.
    production: vec2<Real>,
    // Heat from sources, W.
    source_heat: vec2<Real>,
    // Entropy that comes with it, W/K.
    source_entropy: vec2<Real>,
    // What a step adds to the entropy beyond its length times the rate, without walls, J/K.
    step_defect: vec2<Real>,
    // What flowing heats hold back of the entropy, walls apart, J/K; 0 where none has inertia.
    held: vec2<Real>,
    // Extended entropy that they produce, W/K.
    extended: vec2<Real>,
}

var<workgroup> shared_totals: array<Totals, line>;

@compute @workgroup_size(line)
fn survey(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let own = slab.counts.x * slab.counts.y * slab.counts.z;
    let start = index_of(slab.first);
    var totals = Totals();
    for (var n = group.x * line + thread; n < own; n += groups.x * line) {
        let i = start + n;
        if material_of(i) == VOID {
            continue;
        }
        let at = position_of(i);
        let t = temperature[i];
        let per_capacity = coefficients[PER_CAPACITY * slab.cells + i];
        totals.energy = increased(totals.energy, enthalpy[i] / per_capacity);
        totals.energy = increased(totals.energy, carry[i] / per_capacity);
        totals.entropy = increased(totals.entropy, specific_entropy(material_of(i), enthalpy[i]) / per_capacity);
        totals.warmth = increased(totals.warmth, t * volume(at));
        totals.production = increased(totals.production, link_production(at, i, t + REFERENCE));
        let held = link_held(at, i, t + REFERENCE);
        totals.held = increased(totals.held, held.x);
        totals.extended = increased(totals.extended, held.y);
        let heat = source_heat(at, i);
        totals.source_heat = increased(totals.source_heat, heat);
        totals.source_entropy = increased(totals.source_entropy, heat / (t + REFERENCE));
        totals.step_defect = increased(totals.step_defect, step_defect(i, link_heat(at, i, t) + heat));
    }
    shared_totals[thread] = totals;
    for (var half = line / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            shared_totals[thread] = summed(shared_totals[thread], shared_totals[thread + half]);
        }
    }
    if thread == 0u {
        totals_of_groups[group.x] = shared_totals[0];
    }
}

fn summed(a: Totals, b: Totals) -> Totals {
    return Totals(
        both(a.energy, b.energy),
        both(a.entropy, b.entropy),
        both(a.warmth, b.warmth),
        both(a.production, b.production),
        both(a.source_heat, b.source_heat),
        both(a.source_entropy, b.source_entropy),
        both(a.step_defect, b.step_defect),
        both(a.held, b.held),
        both(a.extended, b.extended),
    );
}

fn both(a: vec2<Real>, b: vec2<Real>) -> vec2<Real> {
    return increased(increased(a, b.x), b.y);
}
