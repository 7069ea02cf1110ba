// What crosses the faces of a cell.

// The faces of a cell: goal of a band at half the step, less that of the cell, K, with what that needs, and source, K/s.
struct Edges {
    face: array<vec2<Real>, SIDES>,
    heating: array<Real, SIDES>,
    // The cell that the face belongs to.
    owner: array<u32, SIDES>,
    // Goal beyond less the one here, K.
    step: array<Real, SIDES>,
    // The wall, or NONE.
    wall: array<u32, SIDES>,
}

fn edges(cell: u32, band: u32) -> Edges {
    var edges: Edges;
    let info = cells[cell];
    let here = goal(cell, band);
    for (var side = 0u; side < SIDES; side++) {
        let i = side / 2u;
        let high = (side & 1u) == 1u;
        var beyond = select(cell - STRIDE[i], cell + STRIDE[i], high);
        var jump = Real(0.0);
        edges.wall[side] = NONE;
        edges.step[side] = 0.0;
        edges.heating[side] = ambient[cell].w;
        edges.owner[side] = cell;
        if has_wall(info, side) {
            let w = wall_at(info, side);
            edges.wall[side] = w;
            if walls[w].kind != PERIODIC {
                edges.face[side] = wall_goal(w, band);
                continue;
            }
            beyond = walls[w].beyond;
            jump = walls[w].given.x + walls[w].given.y;
        }
        edges.step[side] = apart(here, goal(beyond, band)) + jump;
        if high {
            edges.face[side] = face_goal(i, band, cell);
        } else {
            // the face belongs to the cell below
            edges.face[side] = face_goal(i, band, beyond) + vec2<Real>(edges.step[side], 0.0);
            edges.heating[side] = ambient[beyond].w;
            edges.owner[side] = beyond;
        }
    }
    return edges;
}

// What a direction carries over the low and the high face of every axis, less the goal of the cell. `upstream` are the
// sides of the cells that it comes from.
fn crossing(
    own: Near,
    upstream: array<Near, AXES>,
    edges: Edges,
    row: u32,
    band: u32,
    d: u32,
    s: vec4<Real>,
    cell: u32,
) -> array<vec2<Real>, AXES> {
    let info = cells[cell];
    let left = keep(info, band, goal(cell, band));
    let flown = matter(info, band, HALF_FLOWN);
    let out = arrival(own, row, band, d, s, cell, left, flown);
    var values: array<vec2<Real>, AXES>;
    for (var i = 0u; i < AXES; i++) {
        let low = 2u * i;
        let high = low + 1u;
        let forward = s[i] > 0.0;
        let link = select(own.link[high], own.link[low], forward);
        let step = select(edges.step[high], edges.step[low], forward);
        let face_behind = select(edges.face[high], edges.face[low], forward);
        let face_ahead = select(edges.face[low], edges.face[high], forward);
        var heating_behind = select(edges.heating[high], edges.heating[low], forward);
        var heating_ahead = select(edges.heating[low], edges.heating[high], forward);
        if UNEVEN {
            heating_behind *= uneven(cells[select(edges.owner[high], edges.owner[low], forward)], band);
            heating_ahead *= uneven(cells[select(edges.owner[low], edges.owner[high], forward)], band);
        }
        var entering: Real;
        if link < A_WALL {
            let left_there = select(left, select(own.keep[high], own.keep[low], forward), FAR);
            let there = arrival(upstream[i], row, band, d, s, link, left_there, flown);
            entering = collided(info, band, there[i] + step, face_behind, heating_behind);
        } else {
            let w = link ^ A_WALL;
            if walls[w].kind == THERMAL {
                entering = select(own.offset[high], own.offset[low], forward);
            } else {
                entering = after[entrance(w, band, d)];
            }
        }
        let leaving = collided(info, band, out[i], face_ahead, heating_ahead);
        values[i] = select(vec2<Real>(leaving, entering), vec2<Real>(entering, leaving), forward);
    }
    return values;
}

// The sides of the cells that an image of the directions comes from.
fn sources_of(own: Near, image: u32, band: u32) -> array<Near, AXES> {
    var upstream: array<Near, AXES>;
    for (var i = 0u; i < AXES; i++) {
        let backward = (image >> i & 1u) == 1u;
        let link = select(own.link[2u * i], own.link[2u * i + 1u], backward);
        if link < A_WALL {
            upstream[i] = near(link, band);
        }
    }
    return upstream;
}
