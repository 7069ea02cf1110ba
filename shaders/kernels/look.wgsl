// What crosses the faces of a cell and its walls in one band, summed up over directions, less what the goal of the cell alone
// would bring: fluxes of cells; hits, returns, surface and mismatch of walls.
@compute @workgroup_size(line)
fn look(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = in_line(id, groups);
    if cell >= COUNT {
        return;
    }
    let info = cells[cell];
    if is_void(info) {
        return;
    }
    let band = slab.start / DIRECTIONS;
    let first = slab.start % DIRECTIONS;
    let last = first + slab.end - slab.start;
    let own = near(cell, band);
    let faces_here = edges(cell, band);
    var flux: array<Real, AXES>;
    for (var i = 0u; i < AXES; i++) {
        flux[i] = looks[i * COUNT + cell];
    }
    for (var image = first / FAMILIES; image * FAMILIES < last; image++) {
        let upstream = sources_of(own, image, band);
        let end = min(last, (image + 1u) * FAMILIES);
        for (var d = max(first, image * FAMILIES); d < end; d++) {
            let s = direction(d);
            let values = crossing(own, upstream, faces_here, band * DIRECTIONS + d, band, d, s, cell);
            for (var i = 0u; i < AXES; i++) {
                flux[i] += s.w * s[i] * values[i].y;
                for (var high = 0u; high < 2u; high++) {
                    let w = select(faces_here.wall[2u * i], faces_here.wall[2u * i + 1u], high == 1u);
                    if w == NONE {
                        continue;
                    }
                    let x = select(values[i].x, values[i].y, high == 1u);
                    let leaves = (s[i] > 0.0) == (high == 1u);
                    let projected = s.w * abs(s[i]);
                    let at = AXES * COUNT + 4u * w;
                    looks[at + 2u] += s.w * x;
                    if leaves {
                        looks[at] += projected * x;
                        var emitted: Real;
                        if walls[w].kind == THERMAL {
                            emitted = select(own.offset[2u * i], own.offset[2u * i + 1u], high == 1u);
                        } else {
                            emitted = after[band * WALLS + w];
                        }
                        var produced = mixed(cell, band, x, emitted);
                        if FAR && walls[w].kind == ADIABATIC {
                            let mirrored = walls[w].part;
                            let kept = mixed(cell, band, emitted + mirrored * (x - emitted), emitted);
                            produced = select(produced - kept, 0.0, mirrored == 1.0);
                        }
                        looks[at + 3u] += projected * produced;
                    } else {
                        looks[at + 1u] += projected * x;
                    }
                }
            }
        }
    }
    for (var i = 0u; i < AXES; i++) {
        looks[i * COUNT + cell] = flux[i];
    }
}
