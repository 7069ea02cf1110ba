// What it produces of entropy to mix x into e, times 2 T0^2/C, K2.
fn mixed(cell: u32, band: u32, x: Real, e: Real) -> Real {
    return (x - e) * (x - e);
}
