// Heat of a link from the cell that it is stored with to the one ahead, W, where it is state.
fn link_flow(family: u32, lower: u32, upper: u32) -> Real {
    return flows[family * slab.cells + lower].x;
}
