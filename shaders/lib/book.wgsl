// Adds up what walls are warmer than their cells. `rim` holds where the cells with walls of each row of the slab begin in it, then their
// places along x.
fn book(line_of_cells: u32, x: u32, warmer: Real) {
    var low = rim[line_of_cells];
    var high = rim[line_of_cells + 1u];
    while high - low > 1u {
        let middle = (low + high) / 2u;
        if rim[middle] <= x {
            low = middle;
        } else {
            high = middle;
        }
    }
    let n = padded();
    let slot = low - n.y * n.z - 1u;
    sums[slot] = increased(sums[slot], warmer);
}
