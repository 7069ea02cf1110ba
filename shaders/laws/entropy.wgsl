// Entropy produced where heat passes from a hotter to a colder place, W/K:
// q (1/T_cold - 1/T_hot), never negative for a conductance that is not (Clausius 1865).
// Difference of the temperatures, K; inverses of the absolute ones, 1/K.
fn entropy_production(conductance: Real, difference: Real, inverse_a: Real, inverse_b: Real) -> Real {
    return conductance * difference * difference * (inverse_a * inverse_b);
}
