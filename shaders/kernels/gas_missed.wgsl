// How far what hits walls in the middle of a step is from what they emit, as entropy counts it.
@compute @workgroup_size(line)
fn missed(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = in_line(id, groups);
    if w >= WALLS {
        return;
    }
    if walls[w].kind != THERMAL {
        return;
    }
    let cell = walls[w].cell;
    let i = walls[w].side / 2u;
    let high = (walls[w].side & 1u) == 1u;
    let own = directed(cell);
    let warmer = warmer_than(w, cell);
    var m: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        m[k] = faces[AXES * MOMENTS * COUNT + w * MOMENTS + k];
    }
    let halves = vec3<Real>(1.0, HALVES.y, HALVES.z);
    var sum = looks[w];
    for (var d = slab.start; d < slab.end; d++) {
        let v = direction(d);
        if (v[i] > 0.0) != high {
            continue;
        }
        let energy = energy_of(d);
        let met = tends(m, v, energy);
        let x = met + step_number(ON_FACE) * (at_cell(leaving_at(d, i), cell) - met);
        let emitted = vec3<Real>(after[w] + warmer * (energy - 0.5), warmer, warmer) - tends(own, v, energy);
        let off = (x - emitted) * (x - emitted);
        sum += v.w * abs(v[i]) * dot(halves, off);
    }
    looks[w] = sum;
}
