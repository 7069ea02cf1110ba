// A step in whole numbers: what cells gain over links and from sources.

@compute @workgroup_size(line)
fn count(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = id.x + id.y * groups.x * line;
    if cell >= CELLS {
        return;
    }
    if cell == 0u {
        tick[0] += 1u;
    }
    let own = units[cell];
    var now = energies[cell];
    let place = vec3<i32>(i32(cell % NX), i32(cell / NX % NY), i32(cell / (NX * NY)));
    for (var f = 0u; f < FAMILIES; f++) {
        let to = beside(place, offset_of(f));
        if to >= 0 {
            now = plus(now, heat_of(factors[f * CELLS + cell], units[to] - own));
        }
        // The link that ends here is seen from the cell that it is stored with.
        let from_cell = beside(place, -offset_of(f));
        if from_cell >= 0 {
            now = plus(now, negative(heat_of(factors[f * CELLS + u32(from_cell)], own - units[from_cell])));
        }
    }
    if HAS_SOURCES {
        now = plus(now, given[cell]);
    }
    energies[cell] = now;
    next_units[cell] = temperature_of(now, divisors[cell]);
}
