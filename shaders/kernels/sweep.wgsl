// Every workgroup takes one direction over the grid, one front of cells after the other: a cell waits only for the cells that it
// is reached from.
@compute @workgroup_size(FRONT)
fn sweep(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = slab.start + group.x;
    let image = row % DIRECTIONS / FAMILIES;
    const across = GRID.y * GRID.z;
    const fronts = GRID.x + GRID.y + GRID.z - 2u;
    for (var front = 0u; front < fronts; front++) {
        // every line along x has one cell of the front at most
        for (var n = thread; n < across; n += FRONT) {
            let y = n % GRID.y;
            let z = n / GRID.y;
            if y + z > front || front - y - z >= GRID.x {
                continue;
            }
            let at = turned(vec3<u32>(front - y - z, y, z), image);
            let cell = at.x + GRID.x * (at.y + GRID.y * at.z);
            if !is_void(cells[cell]) {
                fly(at, cell, row, image);
            }
        }
        storageBarrier();
        workgroupBarrier();
    }
}

// The cell that an image comes to in this place of its order.
fn turned(order: vec3<u32>, image: u32) -> vec3<u32> {
    var at = order;
    for (var i = 0u; i < AXES; i++) {
        if (image >> i & 1u) == 1u {
            at[AXIS[i]] = GRID[AXIS[i]] - 1u - order[AXIS[i]];
        }
    }
    return at;
}

// The line of cells along an axis.
fn line_of(i: u32, at: vec3<u32>) -> u32 {
    let axis = AXIS[i];
    if axis == 0u {
        return at.y + GRID.y * at.z;
    }
    if axis == 1u {
        return GRID.y * GRID.z + at.x + GRID.x * at.z;
    }
    return GRID.z * (GRID.x + GRID.y) + at.x + GRID.x * at.y;
}
