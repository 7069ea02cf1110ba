// The balance of a cell for every direction.
@compute @workgroup_size(line)
fn cross_faces(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    let part = id.z;
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    var entered: array<Real, SIDES>;
    for (var side = 0u; side < SIDES; side++) {
        if has_wall(info, side) {
            entered[side] = tally[2u * WALLS + part * WALLS + wall_at(info, side)];
        }
    }
    for (var band = 0u; band < BANDS; band++) {
        let range = span(band, part);
        if range.x == range.y {
            continue;
        }
        let here = goal(cell, band);
        let faces_here = edges(cell, band);
        let means = MEANS + summed(part, band) * COUNT + cell;
        var mean = sums[means];
        let own = near(cell, band);
        let left = keep_all(info, band, here);
        let flown = 2.0 * matter(info, band, HALF_FLOWN);
        let of_cells = share(info, band);
        let carrier = matter(info, band, CARRIED);
        let heated = numbers[STEP] * ambient[cell].w * uneven(info, band);
        for (var image = range.x / FAMILIES; image * FAMILIES < range.y; image++) {
            let upstream = sources_of(own, image, band);
            let end = min(range.y, (image + 1u) * FAMILIES);
            for (var d = max(range.x, image * FAMILIES); d < end; d++) {
                let s = direction(d);
                let row = band * DIRECTIONS + d;
                let values = crossing(own, upstream, faces_here, row, band, d, s, cell);
                var x = left * (carried(row, cell) - here.z) + heated;
                for (var i = 0u; i < AXES; i++) {
                    let through = carrier * s.w * s[i];
                    entered[2u * i] += through * values[i].x;
                    entered[2u * i + 1u] -= through * values[i].y;
                    x -= flown * s[i] * (values[i].y - values[i].x) / width(i, cell);
                }
                next_state[(row - slab.first) * COUNT + cell] = x;
                mean += of_cells * s.w * x;
            }
        }
        sums[means] = mean;
    }
    for (var side = 0u; side < SIDES; side++) {
        if has_wall(info, side) {
            tally[2u * WALLS + part * WALLS + wall_at(info, side)] = entered[side];
        }
    }
}
