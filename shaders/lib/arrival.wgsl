// What flies from a cell to its faces.

// The sides of a cell for one band.
struct Near {
    // Cell beyond, or, with the upper bit, a wall.
    link: array<u32, SIDES>,
    // What the cell beyond has on top of what is carried there, or what a wall of given temperature sends, less the goal here, K.
    offset: array<Real, SIDES>,
    // To the centre beyond, or to the wall, 1/m.
    inverse: array<Real, SIDES>,
    // What is left in the cell beyond of what is carried there.
    keep: array<Real, SIDES>,
    // What this cell has on top of what is carried.
    flat: Real,
    // Last change of its goal, K.
    change: Real,
}

const A_WALL: u32 = 0x80000000u;

fn near(cell: u32, band: u32) -> Near {
    var near: Near;
    let info = cells[cell];
    let here = goal(cell, band);
    let quarter = 0.25 * numbers[STEP];
    near.change = here.z;
    near.flat = quarter * ambient[cell].w * uneven(info, band) - keep(info, band, here) * here.z;
    for (var side = 0u; side < SIDES; side++) {
        let i = side / 2u;
        let own = width(i, cell);
        var beyond = select(cell - STRIDE[i], cell + STRIDE[i], (side & 1u) == 1u);
        var jump = Real(0.0);
        if has_wall(info, side) {
            let w = wall_at(info, side);
            if walls[w].kind != PERIODIC {
                near.link[side] = A_WALL | w;
                near.offset[side] = 0.0;
                if walls[w].kind == THERMAL {
                    near.offset[side] = given(w, band, cell);
                }
                near.inverse[side] = 2.0 / own;
                continue;
            }
            beyond = walls[w].beyond;
            jump = walls[w].given.x + walls[w].given.y;
        }
        let there = goal(beyond, band);
        let left = keep(cells[beyond], band, there);
        near.link[side] = beyond;
        near.offset[side] = apart(here, there) + jump + quarter * ambient[beyond].w * uneven(cells[beyond], band) - left * there.z;
        near.keep[side] = left;
        near.inverse[side] = 2.0 / (own + width(i, beyond));
    }
    return near;
}

fn carried(row: u32, cell: u32) -> Real {
    return state[(row - slab.first) * COUNT + cell];
}

// Rise towards a side per metre; what enters at a wall counts as its value there.
fn rise(near: Near, side: u32, row: u32, band: u32, d: u32, cell: u32, left: Real, own: Real) -> Real {
    let link = near.link[side];
    var value: Real;
    if link < A_WALL {
        value = select(left, near.keep[side], FAR) * carried(row, link) + near.offset[side];
    } else {
        let w = link ^ A_WALL;
        if walls[w].kind == THERMAL {
            value = near.offset[side];
        } else {
            value = before[entrance(w, band, d)] - near.change;
        }
    }
    return (value - own) * near.inverse[side];
}

// The slope between two one-sided ones that makes no new extreme: van Leer's monotonized central one.
fn monotone(a: Real, b: Real) -> Real {
    let least = min(abs(0.5 * (a + b)), 2.0 * min(abs(a), abs(b)));
    return select(sign(a) * least, 0.0, a * b <= 0.0);
}

// What a direction brings to the faces ahead at half the step, before the collisions of that half step, less the goal
// of the cell.
fn arrival(near: Near, row: u32, band: u32, d: u32, s: vec4<Real>, cell: u32, left: Real, flown: Real) -> array<Real, AXES> {
    let own = left * carried(row, cell) + near.flat;
    var slope: array<Real, AXES>;
    var x = own;
    for (var i = 0u; i < AXES; i++) {
        let low = 2u * i;
        let high = low + 1u;
        let forward = s[i] > 0.0;
        // behind a wall ahead nothing is known
        let has_low = forward || near.link[low] < A_WALL;
        let has_high = !forward || near.link[high] < A_WALL;
        var a = Real(0.0);
        var b = Real(0.0);
        if has_low {
            a = -rise(near, low, row, band, d, cell, left, own);
        }
        if has_high {
            b = rise(near, high, row, band, d, cell, left, own);
        }
        if has_low && has_high {
            slope[i] = monotone(a, b);
        } else {
            slope[i] = a + b;
        }
        x -= flown * s[i] * slope[i];
    }
    var out: array<Real, AXES>;
    for (var i = 0u; i < AXES; i++) {
        out[i] = x + 0.5 * sign(s[i]) * width(i, cell) * slope[i];
    }
    return out;
}

// The rows of a band in this slab that belong to a part of the directions, as directions.
fn span(band: u32, part: u32) -> vec2<u32> {
    let row = band * DIRECTIONS;
    let start = max(slab.start, row + part * IN_PART);
    let end = min(slab.end, row + min((part + 1u) * IN_PART, DIRECTIONS));
    return select(vec2<u32>(0u, 0u), vec2<u32>(start - row, end - row), start < end);
}
