// A conductivity of temperature in pieces, cubic in each, and its mean over temperatures (Kirchhoff's transformation). Pieces in `tables`: all
// starts (deviations, K), four arrays of powers of the distance from the start, and the integrals from the reference to the starts, W/m.

// Mean between two distances from the start of a piece.
fn mean_in_piece(start: u32, pieces: u32, piece: u32, a: Real, b: Real) -> Real {
    let first = start + piece;
    let sum = a + b;
    let squares = a * a + b * b;
    return table(first + pieces) + table(first + 2u * pieces) * sum / 2.0
        + table(first + 3u * pieces) * (squares + a * b) / 3.0 + table(first + 4u * pieces) * sum * squares / 4.0;
}

// Mean between two temperatures: no difference of large numbers.
fn mean_along(start: u32, pieces: u32, a: Real, b: Real) -> Real {
    let low = min(a, b);
    let high = max(a, b);
    let p = last_not_above(start, pieces, low);
    let q = last_not_above(start, pieces, high);
    let at_p = table(start + p);
    let at_q = table(start + q);
    if p == q {
        return mean_in_piece(start, pieces, p, low - at_p, high - at_p);
    }
    let end = table(start + p + 1u);
    let integrals = start + 5u * pieces;
    let between = table(integrals + q) - table(integrals + p + 1u);
    let head = (end - low) * mean_in_piece(start, pieces, p, low - at_p, end - at_p);
    let tail = (high - at_q) * mean_in_piece(start, pieces, q, Real(0.0), high - at_q);
    return (head + between + tail) / (high - low);
}
