// Numbers of kinds, few enough to be uniform: a software device finds them there twice as fast.

// What a heat of 1 W changes in a cell in a step, K.
fn per_capacity(kind: u32, step: Real) -> Real {
    return step * few[kind].x;
}

// Conductance between two kinds along an axis, the lower one first, W/K.
fn link(axis: u32, lower: u32, upper: u32) -> Real {
    return few[2u * KINDS + (axis * KINDS + lower) * KINDS + upper].x;
}

// Conductance of the walls of a cell together, W/K.
fn slope_of(kind: u32) -> Real {
    return few[KINDS + kind].x;
}
