// What walls mirror, velocity by velocity.
@compute @workgroup_size(line)
fn bounce(@builtin(global_invocation_id) id: vec3<u32>) {
    let slot = id.x;
    let d = id.y;
    if slot >= SLOTS {
        return;
    }
    let w = mirrors[slot];
    let wall = walls[w];
    let i = wall.side / 2u;
    let v = direction(d);
    if (v[i] > 0.0) != ((wall.side & 1u) == 1u) {
        return;
    }
    let to = (d / FAMILIES ^ (1u << i)) * FAMILIES + d % FAMILIES;
    let energy = energy_of(d);
    var m: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        m[k] = faces[AXES * MOMENTS * COUNT + w * MOMENTS + k];
    }
    let met = tends(m, v, energy);
    let own = directed(wall.cell);
    let turned = tends(own, v, energy) - tends(own, direction(to), energy);
    for (var p = 0u; p < HELD; p++) {
        let x = hits[(d * SLOTS + slot) * HELD + p];
        after[WALLS + (to * SLOTS + slot) * HELD + p] = met[p] + step_number(ON_FACE) * (x - met[p]) + turned[p];
    }
}
