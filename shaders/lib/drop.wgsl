// How much warmer cell i is than cell j, K, to the digits that rounding took from their enthalpies.
fn drop_between(i: u32, j: u32) -> Real {
    return (temperature[i] - temperature[j]) + (lost_warmth(i) - lost_warmth(j));
}

fn lost_warmth(i: u32) -> Real {
    return curve_slope(material_of(i), enthalpy[i]) * carry[i];
}
