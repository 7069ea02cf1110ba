fn wall_now(w: u32, here: Real) -> WallNow {
    return fourier_wall(w, here);
}
