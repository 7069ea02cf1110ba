// Numbers of kinds, brought to workgroup memory.

fn bring_near(thread: u32, threads: u32, step: Real) {
    for (var i = thread; i < NEAR; i += threads) {
        near[i] = select(bodies[i + KINDS], step * bodies[i], i < KINDS);
    }
    workgroupBarrier();
}

// What a heat of 1 W changes in a cell in a step, K.
fn per_capacity(kind: u32, step: Real) -> Real {
    return near[kind];
}

// Conductance between two kinds along an axis, the lower one first, W/K.
fn link(axis: u32, lower: u32, upper: u32) -> Real {
    return near[KINDS + (axis * KINDS + lower) * KINDS + upper];
}

// Conductance of the walls of a cell together, W/K.
fn slope_of(kind: u32) -> Real {
    return bodies[KINDS + kind];
}
