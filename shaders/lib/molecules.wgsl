// Molecules of one velocity in one cell, in all distributions that are followed. What is held is less E, what collisions tend to in
// the cell, and on faces less E there. So equilibrium has no rounding, and where cells are thick the little that carries heat
// keeps its digits:
//
//   c.grad(g + E) = -rate g,   g_f = U(g) - keep (E_f - U(E)) - (1 - keep) l s_n (dE/dn_f - U(dE/dn))
//
// with U the upwinding between cells. Three tables per axis hold moments: from face to face, and per side the two differences in g_f.
fn fly(at: vec3<u32>, cell: u32, row: u32, image: u32) {
    let d = row % DIRECTIONS;
    let v = direction(d);
    let energy = energy_of(d);
    let speed = d % FAMILIES / ANGLES;
    let info = cells[cell];
    let place = row - slab.first;
    var a: array<Real, AXES>;
    var b: array<vec3<Real>, AXES>;
    var passed: Moments;
    var gain = vec3<Real>();
    var loss = RATE;
    for (var i = 0u; i < AXES; i++) {
        let wide = width(i, cell);
        let table = MOMENTS * (5u * i * COUNT + cell);
        for (var k = 0u; k < MOMENTS; k++) {
            passed[k] += v[i] / wide * known[table + k];
        }
        if RING[i] == 1u {
            continue;
        }
        let back = image >> i & 1u;
        let ray = RAYS + 2u * (speed * PLACES + WIDTHS[i] - WIDTHS[0] + cell / STRIDE[i] % LENGTH[i]);
        let keep = numbers[ray];
        let shift = table + MOMENTS * COUNT * (1u + 2u * back);
        let tilt = shift + MOMENTS * COUNT;
        var bent: Moments;
        for (var k = 0u; k < MOMENTS; k++) {
            bent[k] = keep * known[shift + k] + numbers[ray + 1u] * v[i] * known[tilt + k];
        }
        var entering: vec3<Real>;
        var upstream: vec3<Real>;
        var reach = keep;
        if has_wall(info, 2u * i + back) {
            let w = wall_at(info, 2u * i + back);
            entering = tends(at_wall(w), v, energy);
            let slot = walls[w].slot;
            if slot != NONE {
                entering += returned(d * SLOTS + slot);
            }
            upstream = entering + tends(at_wall(WALLS + w), v, energy);
        } else {
            let behind = select(cell - STRIDE[i], cell + STRIDE[i], back == 1u);
            entering = on_line(place, line_of(i, at));
            upstream = held(place, behind);
            reach = wide / (wide + width(i, behind));
        }
        a[i] = 1.0 + reach;
        b[i] = -reach * upstream - tends(bent, v, energy);
        gain += abs(v[i]) / wide * (entering - b[i]);
        loss += abs(v[i]) / wide * a[i];
    }
    let g = (gain - tends(passed, v, energy)) / loss;
    for (var p = 0u; p < HELD; p++) {
        state[(place * HELD + p) * COUNT + cell] = g[p];
    }
    for (var i = 0u; i < AXES; i++) {
        var out = g;
        if RING[i] == 0u {
            out = a[i] * g + b[i];
            let line_along = line_of(i, at);
            for (var p = 0u; p < HELD; p++) {
                lines[(place * HELD + p) * LINES + line_along] = out[p];
            }
        }
        let ahead = 2u * i + 1u - (image >> i & 1u);
        if has_wall(info, ahead) {
            let w = wall_at(info, ahead);
            for (var p = 0u; p < HELD; p++) {
                outs[(place * HELD + p) * WALLS + w] = out[p];
            }
        }
    }
}

// Of walls: what each emits less what collisions tend to there, then that less the same in the cell.
fn at_wall(w: u32) -> Moments {
    var m: Moments;
    for (var k = 0u; k < MOMENTS; k++) {
        m[k] = before[w * MOMENTS + k];
    }
    return m;
}

// What a wall sends back of what hit it, or what joins on there.
fn returned(n: u32) -> vec3<Real> {
    var x = vec3<Real>();
    for (var p = 0u; p < HELD; p++) {
        x[p] = before[2u * WALLS * MOMENTS + n * HELD + p];
    }
    return x;
}

fn on_line(place: u32, n: u32) -> vec3<Real> {
    var x = vec3<Real>();
    for (var p = 0u; p < HELD; p++) {
        x[p] = lines[(place * HELD + p) * LINES + n];
    }
    return x;
}

fn held(place: u32, cell: u32) -> vec3<Real> {
    var x = vec3<Real>();
    for (var p = 0u; p < HELD; p++) {
        x[p] = state[(place * HELD + p) * COUNT + cell];
    }
    return x;
}
