// Entropy produced where heat passes from a hotter to a colder place, W/K:
// q (1/T_cold - 1/T_hot), never negative for a conductance that is not (Clausius 1865).
// Temperatures are absolute, K.
fn entropy_production(conductance: Real, temperature_a: Real, temperature_b: Real) -> Real {
    let difference = temperature_b - temperature_a;
    return conductance * difference * difference / (temperature_a * temperature_b);
}
