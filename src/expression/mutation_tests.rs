//! Damaged formulas never panic, and whatever is accepted is finite in its constants, survives algebra and
//! evaluates.

use super::{DeviceCode, Expression, Place, Variable};

/// A fixed sequence (xorshift, Marsaglia 2003).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

const SEEDS: [&str; 8] = [
    "300 + 20*sin(2*pi*t/86400)",
    "if(x < 0.5 && !(y >= 2), min(x, y, 1e-3), -max(T/300, 2)^-2)",
    "clamp(erf(x)/(1 - erfc(z)), -1.5e2, mod(t, 10)) + atan2(x, y)",
    "1/(0.01 + 2e-4*(T - 300)) || step(3, t)*heaviside(-x)",
    "exp(-((x - 0.1)^2 + (y−0.2)^2)/0.01)·π",
    "((((x))))^y^z - --+x",
    "log10(abs(x)) + ln(2)*log2(8)/cbrt(sqrt(2.)) == round(.5)",
    "-(x - 300)*2/3*y/(z + 1)/4 != 1.5E+1",
];

const PIECES: [&str; 24] = [
    "(", ")", ",", "^", "-", "*", "/", "0", "1e308", "x", "T", "t", "if(", "min(", "&&", "<", " ", "é", "\u{0}", ".",
    "e", "!", "sin", "π",
];

#[test]
fn damaged_formulas_never_panic() {
    let mut random = Sequence(0x9E37_79B9_7F4A_7C15);
    let place = Place { x: 0.2, y: -3.0, z: 0.0, t: 12.0, temperature: 300.0 };
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut text: Vec<char> = SEEDS[random.below(SEEDS.len())].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(text.len() + 1);
            match random.below(4) {
                0 if at < text.len() => {
                    text.remove(at);
                }
                1 => {
                    let end = (at + random.below(8)).min(text.len());
                    let copy: Vec<char> = text[at..end].to_vec();
                    let to = random.below(text.len() + 1);
                    text.splice(to..to, copy);
                }
                2 if at < text.len() => {
                    text[at] = PIECES[random.below(PIECES.len())].chars().next().expect("not empty")
                }
                _ => {
                    text.splice(at..at, PIECES[random.below(PIECES.len())].chars());
                }
            }
        }
        let text: String = text.into_iter().collect();
        match Expression::parse(&text, &Variable::ALL) {
            Ok(expression) => {
                accepted += 1;
                let value = expression.eval(&place);
                let shifted = expression.clone().sub(Expression::constant(300.0)).eval(&place);
                if value.is_finite() && value.abs() < 1e9 {
                    assert!((shifted - (value - 300.0)).abs() < 1e-6, "{text}: {value} {shifted}");
                    let scaled = expression.clone().mul(Expression::constant(-2.5)).eval(&place);
                    assert!((scaled + 2.5 * value).abs() < 1e-6 * value.abs().max(1.0), "{text}: {value} {scaled}");
                    let square = expression.clone().mul(expression.clone()).eval(&place);
                    assert!(
                        (square - value * value).abs() < 1e-6 * (value * value).max(1.0),
                        "{text}: {value} {square}"
                    );
                }
                std::hint::black_box(expression.wgsl(&mut DeviceCode::default()));
                std::hint::black_box(expression.breakpoints(Variable::Time));
            }
            Err(error) => {
                assert!(text.get(error.span.clone()).is_some(), "{text}: {error:?}");
                assert!(!error.message.is_empty());
            }
        }
    }
    assert!(accepted > 1_000, "only {accepted} were formulas: the test tests nothing");
}
