// What is told of a wall face.
struct WallState {
    // Heat into the solid, W.
    heat: Real,
    // Temperatures of surface and cell (deviations), K.
    surface: Real,
    cell: Real,
    // With the first face of a cell: what all its walls change of the defect of a step, J/K.
    defect: Real,
    // What the heat holds back of the entropy, J/K.
    held: Real,
    // Extended entropy that it produces, W/K.
    extended: Real,
}
