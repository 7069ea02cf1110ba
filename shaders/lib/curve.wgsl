// The piecewise linear curve from enthalpy to temperature of a material that melts or whose heat capacity
// varies. Nodes in `tables`: all enthalpies, temperatures, slopes, entropies; straight beyond both ends.

// Of some rising numbers the last that is not above another; the first if all are.
fn last_not_above(start: u32, count: u32, number: Real) -> u32 {
    var low = 0u;
    var high = count;
    while high - low > 1u {
        let middle = (low + high) / 2u;
        if table(start + middle) <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

// The last node, but one, that is not above e.
fn curve_node(start: u32, nodes: u32, e: Real) -> u32 {
    return last_not_above(start, nodes - 1u, e);
}

// The end from which the piece behind a node is followed: the nearer one to the reference, so that what is near it keeps its digits.
fn nearest_to_reference(node: u32) -> u32 {
    return select(node, node + 1u, table(node + 1u) <= 0.0);
}

fn along_curve(start: u32, nodes: u32, e: Real) -> Real {
    let node = start + curve_node(start, nodes, e);
    let near = nearest_to_reference(node);
    return table(near + nodes) + table(node + 2u * nodes) * (e - table(near));
}

// Fraction molten, between the enthalpies at which melting starts and ends.
fn molten(start: u32, e: Real) -> Real {
    return clamp((e - table(start)) / (table(start + 1u) - table(start)), Real(0.0), Real(1.0));
}
