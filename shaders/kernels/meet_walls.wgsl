// Temperatures at walls at half the step, less those of their cells, and what walls send back.

// Sums of w g and of w |s_n| g over what hits a wall.
fn hit(w: u32, band: u32) -> vec2<Real> {
    var sum = vec2<Real>();
    for (var part = 0u; part < PARTS; part++) {
        let at = 2u * ((part * BANDS + band) * WALLS + w);
        sum += vec2<Real>(hits[at], hits[at + 1u]);
    }
    return sum;
}

// Energy is conserved between what hits the wall, with its collisions, and what leaves it.
fn temperature_at_wall(w: u32) -> Real {
    let wall = walls[w];
    let info = cells[wall.cell];
    let here = ambient[wall.cell];
    var sum = Real(0.0);
    var weights = Real(0.0);
    var rises = Real(0.0);
    for (var band = 0u; band < BANDS; band++) {
        let met = matter(info, band, HALF_MET);
        let arrived = hit(w, band);
        var value: Real;
        var weight: Real;
        if wall.kind == ADIABATIC {
            value = (1.0 + wall.part) * arrived.x + 0.5 * (1.0 - wall.part) * arrived.y / wall.flux;
            weight = 1.0 - met;
        } else {
            var emitted: Real;
            if wall.kind == THERMAL {
                emitted = given(w, here);
            } else {
                emitted = before[band * WALLS + w] - here.z;
            }
            value = ((1.0 - met) * arrived.x + 0.5 * emitted) / (1.0 - 0.5 * met);
            weight = 1.0 - 0.5 * met;
        }
        weight *= matter(info, band, EXCHANGE);
        sum += weight * value;
        weights += weight;
        rises += weight * uneven(info, band);
    }
    return (sum + 0.25 * numbers[STEP] * here.w * rises) / weights;
}

// What hits a wall on the whole, as a temperature.
fn brought(w: u32, band: u32, face: Real) -> Real {
    let wall = walls[w];
    return collided(cells[wall.cell], band, hit(w, band).y / wall.flux, face, ambient[wall.cell].w * uneven(cells[wall.cell], band));
}

// The same over all bands of the group of one, by what they carry.
fn brought_by_group(w: u32, band: u32, face: Real) -> Real {
    let info = cells[walls[w].cell];
    var sum = Real(0.0);
    var weights = Real(0.0);
    for (var b = GROUP_FIRST[band]; b < GROUP_END[band]; b++) {
        let carried = matter(info, b, CARRIED);
        sum += carried * brought(w, b, face);
        weights += carried;
    }
    if weights > 0.0 {
        return sum / weights;
    }
    return brought(w, band, face);
}

@compute @workgroup_size(line)
fn meet_walls(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = in_line(id, groups);
    if w >= WALLS {
        return;
    }
    let wall = walls[w];
    if wall.kind == PERIODIC {
        return;
    }
    let face = temperature_at_wall(w);
    faces[AXES * COUNT + w] = face;
    if wall.kind == THERMAL {
        return;
    }
    var other = Real(0.0);
    if wall.kind == INTERFACE {
        other = temperature_at_wall(wall.partner);
    }
    for (var band = 0u; band < BANDS; band++) {
        var emitted = brought(w, band, face);
        if wall.kind == INTERFACE {
            emitted = brought_by_group(w, band, face);
            let there = brought_by_group(wall.partner, band, other) + apart(ambient[wall.cell], ambient[wall.beyond]);
            emitted += numbers[CROSSINGS + wall.crossing * BANDS + band] * (there - emitted);
        }
        after[band * WALLS + w] = emitted;
    }
}
