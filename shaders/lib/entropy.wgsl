// Entropy per reference heat capacity, relative to the reference, of a material whose heat capacity is
// constant: ln(1 + deviation / reference).
fn relative_entropy(deviation: Real) -> Real {
    return log_one_plus(deviation / REFERENCE);
}

// ln(1 + x), to the last digits of a small x too: 2 artanh(x / (2 + x)) as a series.
fn log_one_plus(x: Real) -> Real {
    if abs(x) > 0.3 {
        return log(1.0 + x);
    }
    let z = x / (2.0 + x);
    let s = z * z;
    return 2.0 * z * (1.0 + s * (1.0 / 3.0 + s * (0.2 + s * (1.0 / 7.0 + s / 9.0))));
}

// The same along a curve, whose nodes carry their entropies behind their slopes: along a straight piece
// de / T is (e2 - e1) / (T2 - T1) ln(T2 / T1).
fn entropy_along_curve(start: u32, nodes: u32, e: Real) -> Real {
    let node = start + curve_node(start, nodes, e);
    let near = nearest_to_reference(node);
    let from_node = e - table(near);
    let kelvin = table(near + nodes) + REFERENCE;
    let ratio = table(node + 2u * nodes) * from_node / kelvin;
    let mean = select(log_one_plus(ratio) / ratio, Real(1.0), abs(ratio) < 1e-12);
    return table(near + 3u * nodes) + from_node / kelvin * mean;
}

// What a change of enthalpy adds to the entropy, per reference heat capacity, beyond the change over the temperature,
// along a straight piece of slope dT/de: change / T (ln(1 + r) / r - 1), r the relative change of T. Never positive.
fn beyond_tangent(slope: Real, change: Real, kelvin: Real) -> Real {
    let r = slope * change / kelvin;
    if abs(r) > 0.3 {
        return change / kelvin * (log(1.0 + r) - r) / r;
    }
    // the series of log_one_plus, less the first term of its expansion
    let z = r / (2.0 + r);
    let s = z * z;
    let beyond = s * (1.0 / 3.0 + s * (0.2 + s * (1.0 / 7.0 + s / 9.0))) - z / (1.0 - z);
    return change / kelvin * 2.0 / (2.0 + r) * beyond;
}

// What a step adds to the entropy of a cell that gains so much heat (W) beyond its length times the rate, J/K.
// `row[0]` is the step, s.
fn step_defect(i: u32, gain: Real) -> Real {
    let per_capacity = coefficients[PER_CAPACITY * slab.cells + i];
    let slope = curve_slope(material_of(i), enthalpy[i]);
    return beyond_tangent(slope, row[0] * gain * per_capacity, temperature[i] + REFERENCE) / per_capacity;
}
