// Conductance of a face, W/K: half cell, contact resistance (m2 K/W), half cell in series
// (Patankar 1980, Numerical Heat Transfer and Fluid Flow, section 4.2-3).
fn face_conductance(area: Real, half_a: Real, k_a: Real, half_b: Real, k_b: Real, resistance: Real) -> Real {
    return area / (half_a / k_a + half_b / k_b + resistance);
}

// Heat from cell b into cell a, W.
fn face_heat(conductance: Real, temperature_a: Real, temperature_b: Real) -> Real {
    return conductance * (temperature_b - temperature_a);
}
