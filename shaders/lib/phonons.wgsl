// Carriers of heat of one direction in one cell. All temperatures are less that of the cell.
fn fly(at: vec3<u32>, cell: u32, row: u32, image: u32) {
    let d = row % DIRECTIONS;
    let s = direction(d);
    let info = cells[cell];
    let state_of_row = (row - slab.first) * COUNT;
    let lines_of_row = (row - slab.first) * LINES;
    let outs_of_row = (row - slab.first) * WALLS;
    let per_path = known[cell];
    var equilibrium = known[COUNT + cell];
    for (var i = 0u; i < AXES; i++) {
        if RING[i] == 1u {
            let back = image >> i & 1u;
            equilibrium += abs(s[i]) * known[(2u + 5u * (2u * i + back)) * COUNT + cell];
        }
    }
    var low = min(equilibrium, 0.0);
    var high = max(equilibrium, 0.0);
    var a: array<Real, AXES>;
    var b: array<Real, AXES>;
    var kappa: array<Real, AXES>;
    var gain = equilibrium * per_path;
    var loss = per_path;
    for (var i = 0u; i < AXES; i++) {
        if RING[i] == 1u {
            continue;
        }
        let side = 2u * i + (image >> i & 1u);
        let table = (2u + 5u * side) * COUNT + cell;
        var entering: Real;
        var upstream: Real;
        if has_wall(info, side) {
            let w = wall_at(info, side);
            let slot = walls[w].slot;
            if slot == NONE {
                entering = before[w];
            } else {
                entering = before[WALLS + d * SLOTS + slot];
            }
            upstream = entering;
        } else {
            let step = known[table + 4u * COUNT];
            let behind = select(cell - STRIDE[i], cell + STRIDE[i], (side & 1u) == 1u);
            entering = lines[lines_of_row + line_of(i, at)] + step;
            upstream = state[state_of_row + behind] + step;
        }
        let reach = known[table];
        let ahead = known[table + 3u * COUNT];
        kappa[i] = abs(s[i]) / width(i, cell);
        a[i] = 1.0 + reach;
        b[i] = known[table + COUNT] + s[i] * known[table + 2u * COUNT] - reach * upstream;
        gain += kappa[i] * (entering - b[i]);
        loss += kappa[i] * a[i];
        low = min(low, min(entering, ahead));
        high = max(high, max(entering, ahead));
    }
    var g = gain / loss;
    var bent = false;
    for (var i = 0u; i < AXES; i++) {
        if RING[i] == 1u {
            continue;
        }
        let out = a[i] * g + b[i];
        let bound = clamp(out, low, high);
        if bound != out && out != g {
            let part = clamp((bound - g) / (out - g), 0.0, 1.0);
            let bent_a = 1.0 + part * (a[i] - 1.0);
            let bent_b = part * b[i];
            gain += kappa[i] * (b[i] - bent_b);
            loss += kappa[i] * (bent_a - a[i]);
            a[i] = bent_a;
            b[i] = bent_b;
            bent = true;
        }
    }
    if bent {
        g = gain / loss;
    }
    state[state_of_row + cell] = g;
    for (var i = 0u; i < AXES; i++) {
        let ahead = 2u * i + 1u - (image >> i & 1u);
        var out = g;
        if RING[i] == 0u {
            out = a[i] * g + b[i];
            lines[lines_of_row + line_of(i, at)] = out;
        }
        if has_wall(info, ahead) {
            outs[outs_of_row + wall_at(info, ahead)] = out;
        }
    }
}
