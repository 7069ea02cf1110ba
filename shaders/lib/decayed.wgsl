// 1 - exp(-x) to the last digits, at small x too: the series of a small part of x, then doubled.
fn decayed(x: Real) -> Real {
    if x >= 40.0 {
        return 1.0;
    }
    let part = x / 128.0;
    var y = Real(1.0);
    for (var n = Real(12.0); n > 1.5; n -= 1.0) {
        y = 1.0 - part / n * y;
    }
    y *= part;
    for (var n = 0u; n < 7u; n++) {
        y *= 2.0 - y;
    }
    return y;
}
