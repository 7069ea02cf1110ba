// The matrix of links of one level: (A x)_i = excess_i x_i + sum of g_ij (x_i - x_j). `diagonal` holds excess and inverse diagonal.

// (A known)_i
fn product_at(i: u32) -> Real {
    let own = known[i];
    var sum = diagonal[i].x * own;
    let end = first_entry(i + 1u);
    for (var e = first_entry(i); e < end; e++) {
        sum += weights[e] * (own - known[column(e)]);
    }
    return sum;
}
