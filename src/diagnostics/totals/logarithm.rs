//! The logarithm of the entropy, written so that a processor may take several at once: no branches, no tables.
//!
//! ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) with s = f/(2 + f), where R is the minimax polynomial of Sun's fdlibm (1993, `s_log1p.c`)
//! for 1 + f between sqrt(1/2) and sqrt(2).

use crate::diagnostics::lanes::Number;

/// Relative changes for which [`beyond_tangent`] holds.
pub const NARROW: f64 = 0.29;

const R: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// s (f^2/2 + R) of the formula above.
#[inline(always)]
fn remainder<N: Number, const TERMS: usize>(f: N, r: &[f64; TERMS]) -> N {
    let s = f / (f.constant(2.0) + f);
    let z = s * s;
    // Every third term by itself, so that three are made at a time.
    let z3 = z * z * z;
    let mut thirds = [f.constant(0.0); 3];
    for n in (0..TERMS).rev() {
        let term = f.constant(r[n]);
        thirds[n % 3] = if n + 3 < TERMS { thirds[n % 3].times_plus(z3, term) } else { term };
    }
    let sum = thirds[2].times_plus(z, thirds[1]).times_plus(z, thirds[0]);
    s * z.times_plus(sum, f.constant(0.5) * f * f)
}

/// ln(1 + x) for x > -1, to the last digits of a small x too.
#[inline(always)]
pub fn log_one_plus(x: f64) -> f64 {
    // ln 2 in two parts, the first with so few digits that whole multiples of it are exact.
    const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    /// From the bits of sqrt(1/2) to those of 1.
    const SHIFT: u64 = 0x3ff0_0000_0000_0000 - 0x3fe6_a09e_0000_0000;
    let u = 1.0 + x;
    let back = u - 1.0;
    let lost = ((x - back) + (1.0 - (u - back))) / u;
    let bits = u.to_bits().wrapping_add(SHIFT);
    let power = f64::from((bits >> 52) as i32 - 0x3ff);
    let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + 0x3fe6_a09e_0000_0000) - 1.0;
    power * LN2[0] + (f - (0.5 * f * f - (remainder(f, &R) + (power * LN2[1] + lost))))
}

/// ln(1 + x) - x for |x| below [`NARROW`], to the last digits of a small x too.
#[inline(always)]
pub fn beyond_tangent<N: Number>(x: N) -> N {
    remainder(x, &R) - x.constant(0.5) * x * x
}

/// How many factors [`beyond_tangent_of_product`] takes together, and how far from 1 they all may be.
pub const JOINED: [(usize, f64); 4] = [(32, 0.0385), (16, 0.0755), (8, 0.145), (4, 0.269)];

/// ln(1 + x) - x where 1 + x is a product of some that are near 1, as [`JOINED`] has it: from 0.285 to 3.51.
#[inline(always)]
pub fn beyond_tangent_of_product<N: Number>(x: N) -> N {
    // Interpolates at Chebyshev's points for s^2 up to 0.31; R(z)/z errs by less than 1e-15 of itself.
    const WIDER: [f64; 14] = [
        6.666_666_666_666_663e-1,
        4.000_000_000_004_672e-1,
        2.857_142_856_166_897_7e-1,
        2.222_222_302_258_543_6e-1,
        1.818_178_405_594_599_6e-1,
        1.538_548_329_171_999e-1,
        1.331_910_755_360_285_7e-1,
        1.192_192_711_959_670_9e-1,
        9.326_176_378_044_854e-2,
        1.589_616_648_637_543_2e-1,
        -1.459_207_477_938_169_5e-1,
        6.456_970_620_861_173e-1,
        -7.687_738_154_008_33e-1,
        6.942_760_021_690_106e-1,
    ];
    remainder(x, &WIDER) - x.constant(0.5) * x * x
}

/// Relative changes for which [`beyond_tangent_by_powers`] holds.
pub const TINY: f64 = 5e-5;

/// The sum of ln(1 + x) - x over some |x| below [`TINY`], from the sums of the second, third and fourth powers of x over a factor.
#[inline(always)]
pub fn beyond_tangent_by_powers<N: Number>([second, third, fourth]: [N; 3], factor: N) -> N {
    let c = |value| factor.constant(value);
    let series = (fourth * factor).times_plus(c(-0.25), third * c(1.0 / 3.0));
    series.times_plus(factor, second * c(-0.5)) * factor * factor
}

/// Relative changes for which [`beyond_tangent_of_little`] holds.
pub const LITTLE: f64 = 1e-3;

/// ln(1 + x) - x for |x| below [`LITTLE`], by its series.
#[inline(always)]
pub fn beyond_tangent_of_little<N: Number>(x: N) -> N {
    let mut r = x.constant(-1.0 / 6.0);
    for (n, sign) in [(5.0, 1.0), (4.0, -1.0), (3.0, 1.0), (2.0, -1.0)] {
        r = r.times_plus(x, x.constant(sign / n));
    }
    x * x * r
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magnitudes() -> impl Iterator<Item = f64> {
        (0..2_000).map(|n| 1e-18 * 1.027_f64.powi(n)).filter(|x| *x < 1e4)
    }

    #[test]
    fn it_is_the_logarithm_to_the_last_digits() {
        let both = magnitudes().flat_map(|x| [x, -x]).filter(|x| *x > -0.999_999);
        for x in both {
            let exact = libm::log1p(x);
            assert!((log_one_plus(x) - exact).abs() <= 2.3e-16 * exact.abs(), "{x:e}: {} {exact}", log_one_plus(x));
        }
        assert_eq!(log_one_plus(0.0), 0.0);
    }

    /// Against the series, and where it does not converge fast against the logarithm.
    #[test]
    fn products_of_some_are_in_reach() {
        for (together, reach) in JOINED {
            let reach = [-reach, reach].map(|x| (1.0 + x).powi(together as i32) - 1.0);
            let wide = (0..=1000).map(|n| reach[0] + 1e-3 * f64::from(n) * (reach[1] - reach[0]));
            let near = magnitudes().flat_map(|x| [x, -x]).filter(|x| (reach[0]..reach[1]).contains(x));
            for x in near.chain(wide) {
                let series: f64 = (2..60).rev().map(|n| -(-x).powi(n) / f64::from(n)).sum();
                let exact = if x.abs() < NARROW { series } else { libm::log1p(x) - x };
                let here = beyond_tangent_of_product(x);
                assert!((here - exact).abs() <= 2e-15 * exact.abs(), "{together}, {x:e}: {here:e} {exact:e}");
            }
        }
    }

    #[test]
    fn three_powers_are_enough_for_tiny_changes() {
        const FACTOR: f64 = 3e-7;
        for x in magnitudes().filter(|x| *x < TINY).flat_map(|x| [x, -x]) {
            let y = x / FACTOR;
            let here = beyond_tangent_by_powers([y * y, y * y * y, y * y * y * y], FACTOR);
            let exact = beyond_tangent(x);
            assert!((here - exact).abs() <= 1e-13 * exact.abs(), "{x:e}: {here:e} {exact:e}");
        }
    }

    /// Against the series, which is its own check where it converges fast.
    #[test]
    fn what_lies_beyond_the_tangent_keeps_its_digits() {
        for x in magnitudes().filter(|x| *x < NARROW).flat_map(|x| [x, -x]) {
            let series: f64 = (2..60).rev().map(|n| -(-x).powi(n) / f64::from(n)).sum();
            let here = beyond_tangent(x);
            assert!((here - series).abs() <= 1e-15 * series.abs(), "{x:e}: {here:e} {series:e}");
            let here = if x.abs() < LITTLE { beyond_tangent_of_little(x) } else { series };
            assert!((here - series).abs() <= 1e-15 * series.abs(), "{x:e}: {here:e} {series:e}");
        }
    }
}
