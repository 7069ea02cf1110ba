// Temperatures at walls at half the step, and what walls send back.

// Sums of w g and of w |s_n| g over what hits a wall.
fn hit(w: u32, band: u32) -> vec2<Real> {
    var sum = vec2<Real>();
    for (var part = 0u; part < PARTS; part++) {
        let at = 2u * ((part * BANDS + band) * WALLS + w);
        sum += vec2<Real>(hits[at], hits[at + 1u]);
    }
    return sum;
}

// Energy is conserved between what hits the wall, with its collisions, and what leaves it: weight of a band, and what it
// brings, less the goal of the cell.
fn part_at_wall(w: u32, band: u32) -> vec2<Real> {
    let wall = walls[w];
    let info = cells[wall.cell];
    let here = goal(wall.cell, band);
    let met = half_met(info, band, here.w);
    let arrived = hit(w, band);
    var value: Real;
    var weight: Real;
    if wall.kind == ADIABATIC {
        value = (1.0 + wall.part) * arrived.x + 0.5 * (1.0 - wall.part) * arrived.y / wall.flux;
        weight = 1.0 - met;
    } else {
        var emitted: Real;
        if wall.kind == THERMAL {
            emitted = given(w, band, wall.cell);
        } else {
            emitted = before[band * WALLS + w] - here.z;
        }
        value = ((1.0 - met) * arrived.x + 0.5 * emitted) / (1.0 - 0.5 * met);
        weight = 1.0 - 0.5 * met;
    }
    let heated = 0.25 * numbers[STEP] * ambient[wall.cell].w * uneven(info, band);
    return vec2<Real>(weight * exchange(info, band, here), value + heated);
}

// What hits a wall on the whole, less the goal of its cell.
fn brought(w: u32, band: u32, found: vec2<Real>) -> Real {
    let wall = walls[w];
    let info = cells[wall.cell];
    return collided(info, band, hit(w, band).y / wall.flux, goal_of(w, band, found), ambient[wall.cell].w * uneven(info, band));
}

// The same over all bands of the group of one, by what they carry.
fn brought_by_group(w: u32, band: u32, found: vec2<Real>) -> Real {
    let cell = walls[w].cell;
    let info = cells[cell];
    var sum = Real(0.0);
    var weights = Real(0.0);
    for (var b = GROUP_FIRST[band]; b < GROUP_END[band]; b++) {
        let carried = matter(info, b, CARRIED);
        sum += carried * (brought(w, b, found) + apart(goal(cell, band), goal(cell, b)));
        weights += carried;
    }
    if weights > 0.0 {
        return sum / weights;
    }
    return brought(w, band, found);
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
    let found = found_at_wall(w);
    store(w, found);
    if wall.kind == THERMAL {
        return;
    }
    var other = vec2<Real>();
    if wall.kind == INTERFACE {
        other = found_at_wall(wall.partner);
    }
    for (var band = 0u; band < BANDS; band++) {
        var emitted = brought(w, band, found);
        if wall.kind == INTERFACE {
            emitted = brought_by_group(w, band, found);
            let there = brought_by_group(wall.partner, band, other) + apart(goal(wall.cell, band), goal(wall.beyond, band));
            emitted += numbers[CROSSINGS + wall.crossing * BANDS + band] * (there - emitted);
        }
        after[band * WALLS + w] = emitted;
    }
}
