// Numbers of kinds, too many to bring them to workgroup memory.

fn bring_near(thread: u32, threads: u32, step: Real) {}

// What a heat of 1 W changes in a cell in a step, K.
fn per_capacity(kind: u32, step: Real) -> Real {
    return step * bodies[kind];
}

// Conductance between two kinds along an axis, the lower one first, W/K.
fn link(axis: u32, lower: u32, upper: u32) -> Real {
    return bodies[2u * KINDS + (axis * KINDS + lower) * KINDS + upper];
}

// Conductance of the walls of a cell together, W/K.
fn slope_of(kind: u32) -> Real {
    return bodies[KINDS + kind];
}
