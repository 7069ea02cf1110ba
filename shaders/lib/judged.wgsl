// What the second law says of a state and of the step that it is about to make.

struct Judged {
    // Links and walls, and cells, that were looked at.
    flows: u32,
    cells: u32,
    // Those that violate it.
    flows_against: u32,
    cells_against: u32,
    // Least entropy production, W/K, and the cell of its link or wall.
    production: Real,
    flow_at: u32,
    // Farthest that a cell leaves its surroundings, K, and that cell.
    distance: Real,
    cell_at: u32,
}

// A heat (W) that leaves a place `drop` K warmer than where it goes; what is below `slack` K is rounding. `kelvins`: product of both
// temperatures, K2.
fn with_flow(before: Judged, heat: Real, drop: Real, slack: Real, kelvins: Real, cell: u32) -> Judged {
    var judged = before;
    judged.flows++;
    let production = heat * drop / kelvins;
    // Of what is not a number neither holds.
    if !(production >= 0.0) && !(abs(drop) <= slack) {
        judged.flows_against++;
        if judged.flows_against == 1u || !(production >= judged.production) {
            judged.production = production;
            judged.flow_at = cell;
        }
    }
    return judged;
}

// A cell that comes to a temperature; `range`: of what surrounds it.
fn with_cell(before: Judged, range: vec2<Real>, t: Real, size: Real, cell: u32) -> Judged {
    var judged = before;
    judged.cells++;
    let distance = max(range.x - t, t - range.y);
    if !(distance <= 4e-6 * max(size, max(abs(range.x), abs(range.y)))) {
        judged.cells_against++;
        if judged.cells_against == 1u || !(distance <= judged.distance) {
            judged.distance = distance;
            judged.cell_at = cell;
        }
    }
    return judged;
}

fn judged_by_both(a: Judged, b: Judged) -> Judged {
    var judged = a;
    judged.flows += b.flows;
    judged.cells += b.cells;
    if b.flows_against > 0u && (a.flows_against == 0u || !(b.production >= a.production)) {
        judged.production = b.production;
        judged.flow_at = b.flow_at;
    }
    if b.cells_against > 0u && (a.cells_against == 0u || !(b.distance <= a.distance)) {
        judged.distance = b.distance;
        judged.cell_at = b.cell_at;
    }
    judged.flows_against += b.flows_against;
    judged.cells_against += b.cells_against;
    return judged;
}

var<workgroup> shared_judged: array<Judged, line>;

// Leaves what all threads of a workgroup found.
fn leave(judged: Judged, thread: u32, place: u32) {
    shared_judged[thread] = judged;
    for (var half = line / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if thread < half {
            shared_judged[thread] = judged_by_both(shared_judged[thread], shared_judged[thread + half]);
        }
    }
    if thread == 0u {
        found[place] = shared_judged[0];
    }
}
