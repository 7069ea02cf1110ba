// Adds to the enthalpy of a cell; `old` is what it was. Its value is `next + carry`, which keeps what rounding
// would take.
fn accumulate(i: u32, old: Real, increment: Real) {
    let rounded = two_sum(old, increment + carry[i]);
    next[i] = rounded.sum;
    carry[i] = rounded.lost;
}
