// Heat of a link from the cell that it is stored with to the one ahead, W.
fn link_flow(family: u32, lower: u32, upper: u32) -> Real {
    return coefficients[family * slab.cells + lower] * drop_between(lower, upper);
}
