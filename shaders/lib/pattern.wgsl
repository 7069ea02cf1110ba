// Where the entries of a matrix stand: `pattern` tells where those of each row begin, one more than there are rows, and behind
// that their columns.

fn first_entry(row: u32) -> u32 {
    return pattern[row];
}

fn column(entry: u32) -> u32 {
    return pattern[slab.cells + 1u + entry];
}
