// What all directions bring to the faces of a cell and to walls at half the step, summed up.
@compute @workgroup_size(line)
fn arrive(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    let part = id.z;
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    for (var band = 0u; band < BANDS; band++) {
        let range = span(band, part);
        if range.x == range.y {
            continue;
        }
        let left = keep(info, band, goal(cell, band));
        let flown = matter(info, band, HALF_FLOWN);
        let share = face_share(info, band);
        let sides = near(cell, band);
        let sums_of_band = summed(part, band) * SIDES;
        var sum: array<Real, SIDES>;
        for (var side = 0u; side < SIDES; side++) {
            sum[side] = sums[(sums_of_band + side) * COUNT + cell];
        }
        for (var d = range.x; d < range.y; d++) {
            let s = direction(d);
            let out = arrival(sides, band * DIRECTIONS + d, band, d, s, cell, left, flown);
            for (var i = 0u; i < AXES; i++) {
                let high = s[i] > 0.0;
                let x = s.w * out[i];
                sum[2u * i] += select(share * x, 0.0, high);
                sum[2u * i + 1u] += select(0.0, share * x, high);
                let link = select(sides.link[2u * i], sides.link[2u * i + 1u], high);
                if link >= A_WALL {
                    let w = link ^ A_WALL;
                    let at = 2u * ((part * BANDS + band) * WALLS + w);
                    hits[at] += x;
                    hits[at + 1u] += abs(s[i]) * x;
                    if walls[w].slot != NONE {
                        hits[MIRRORS + (band * DIRECTIONS + d) * SLOTS + walls[w].slot] = out[i];
                    }
                }
            }
        }
        for (var side = 0u; side < SIDES; side++) {
            sums[(sums_of_band + side) * COUNT + cell] = sum[side];
        }
    }
}
