// Moments at walls at half the step, less those of their cells; what walls emit; and the heat that enters there.
@compute @workgroup_size(line)
fn meet_walls(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = in_line(id, groups);
    if w >= WALLS {
        return;
    }
    let wall = walls[w];
    let cell = wall.cell;
    let i = wall.side / 2u;
    let high = (wall.side & 1u) == 1u;
    var m: Moments;
    if wall.kind == PERIODIC {
        // heat only: the face is known to the cell below it
        let owner = select(wall.beyond, cell, high);
        for (var k = FLUXES; k < MOMENTS; k++) {
            m[k] = faces[(i * MOMENTS + k) * COUNT + owner] + directed(owner)[k];
        }
    } else {
        var x: Moments;
        for (var part = 0u; part < PARTS; part++) {
            for (var k = 0u; k < MOMENTS; k++) {
                x[k] += sums[((part * SIDES + wall.side) * MOMENTS + k) * COUNT + cell];
            }
        }
        let own = directed(cell);
        let warmer = warmer_than(w, cell);
        let table = SURFACES + surface_of(w) * (MOMENTS + 1u) * (2u * MOMENTS + 1u);
        for (var row = 0u; row <= MOMENTS; row++) {
            let begin = table + row * (2u * MOMENTS + 1u);
            var value = numbers[begin + 2u * MOMENTS] * warmer;
            for (var l = 0u; l < MOMENTS; l++) {
                value += numbers[begin + l] * x[l] + numbers[begin + MOMENTS + l] * own[l];
            }
            if row == MOMENTS {
                after[w] = value;
            } else {
                faces[AXES * MOMENTS * COUNT + w * MOMENTS + row] = value;
                m[row] = value + own[row];
            }
        }
    }
    var heat = m[FLUXES + i];
    if INTERNAL {
        heat += HALVES[HELD - 1u] * m[MOMENTS - AXES + i];
    }
    let entered = select(heat, -heat, high) * wall.area * step_number(LENGTH_OF_STEP);
    let sum = increased(vec2<Real>(tally[2u * w], tally[2u * w + 1u]), entered);
    tally[2u * w] = sum.x;
    tally[2u * w + 1u] = sum.y;
}
