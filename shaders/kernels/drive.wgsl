// Sources and given temperatures at the time of a step.
@compute @workgroup_size(line)
fn drive(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let n = in_line(id, groups);
    if n < COUNT && !is_void(cells[n]) {
        let at = vec3<u32>(n % GRID.x, n / GRID.x % GRID.y, n / (GRID.x * GRID.y));
        let place = Place(numbers[CENTRES.x + at.x], numbers[CENTRES.y + at.y], numbers[CENTRES.z + at.z], 0.0);
        let value = source_of[n];
        if value != NONE {
            let heating = driven(value, place) * numbers[PER_CAPACITY_OF_KINDS + (cells[n].x >> 8u)];
            ambient[n].w = heating;
            heated[n] = increased(heated[n], heating * numbers[STEP]);
        }
    }
    if n < WALLS && walls[n].value != NONE {
        let place = Place(walls[n].x, walls[n].y, walls[n].z, 0.0);
        walls[n].given = as_given(driven(walls[n].value, place));
    }
}
