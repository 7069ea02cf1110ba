// Adds to the enthalpy of a cell; `old` is what it was. In f64 nothing is lost that matters.
fn accumulate(i: u32, old: Real, increment: Real) {
    next[i] = old + increment;
}
