fn wall_now(w: u32, here: Real) -> WallNow {
    return fourier_wall(w, here);
}

fn wall_held(w: u32, now: WallNow, here: Real) -> vec2<Real> {
    return vec2<Real>();
}

fn wall_has_inertia(w: u32) -> bool {
    return false;
}
