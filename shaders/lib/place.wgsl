// Where and how hot: what a value is evaluated at. m, and absolute temperature in K.
struct Place {
    x: Real,
    y: Real,
    z: Real,
    temperature: Real,
}
