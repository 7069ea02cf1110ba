use crate::expression::{Expression, Place, Variable};

const AT: Place = Place { x: 2.0, y: 3.0, z: -1.5, t: 10.0, temperature: 300.0 };

fn value(text: &str) -> f64 {
    Expression::parse(text, &Variable::ALL).unwrap_or_else(|e| panic!("{text}: {e} {:?}", e.help)).eval(&AT)
}

#[test]
fn reads_formulas() {
    for (text, expected) in [
        ("1 + 2*3", 7.0),
        ("-x^2", -4.0),
        ("2^-x", 0.25),
        ("x^y^2", 512.0),
        ("2^3^2", 512.0),
        ("10 - 4 - 3", 3.0),
        ("24/4/3", 2.0),
        ("x/y*y", 2.0),
        ("-x*-y", 6.0),
        ("--x + +y", 5.0),
        ("1e-3*T", 0.3),
        (".5*x + 2.", 3.0),
        ("1.5e+2", 150.0),
        ("x < y", 1.0),
        ("x >= y", 0.0),
        ("x == 2 && y != 2", 1.0),
        ("x > 5 || !(y > 5)", 1.0),
        ("1 + x < y + 1", 1.0),
        ("if(x < y, 10, 20)", 10.0),
        ("if(t > 5 && t < 8, 1, 0)", 0.0),
        ("min(x, y, 1)", 1.0),
        ("max(x, z, 1, y)", 3.0),
        ("clamp(x, 3, 4)", 3.0),
        ("step(2, x) + step(2.1, x)", 1.0),
        ("heaviside(z)", 0.0),
        ("mod(z, 1)", 0.5),
        ("mod(t, 4)", 2.0),
        ("atan2(x, x)*4/pi", 1.0),
        ("pow(x, 3) + square(y)", 17.0),
        ("log(exp(x)) + ln(exp(y))", 5.0),
        ("log10(100*x/2) + log2(x)", 3.0),
        ("cbrt(z*2)^3", -3.0),
        ("sign(z) + sign(0*x)", -1.0),
        ("round(2.5) + floor(z) + ceil(z)", 0.0),
        ("erf(x) + erfc(x)", 1.0),
        ("sqrt(x^2 + 5)", 3.0),
        ("cosh(x)^2 - sinh(x)^2", 1.0),
        ("tan(x) - sin(x)/cos(x)", 0.0),
        ("2·x×3 − 1", 11.0),
        ("cos(π)", -1.0),
        ("z^3", -3.375),
        ("z^-2*9", 4.0),
        ("(x/3)*y/x", 1.0),
        ("1/x/y*12", 2.0),
    ] {
        let got = value(text);
        assert!((got - expected).abs() < 1e-12, "{text}: {got}, not {expected}");
    }
    let day = value("300 + 20*sin(2*pi*t/86400)");
    assert_eq!(day, 300.0 + 20.0 * (2.0 * std::f64::consts::PI * 10.0 / 86400.0).sin());
}

#[test]
fn division_keeps_whole_numbers_whole() {
    for n in 1..200 {
        let text = format!("floor(t/{n})");
        let e = Expression::parse(&text, &[Variable::Time]).unwrap();
        for k in 0..50 {
            let place = Place { t: f64::from(n * k), ..AT };
            assert_eq!(e.eval(&place), f64::from(k), "{text} at {}", place.t);
        }
    }
}

#[test]
fn points_at_mistakes() {
    for (text, at, message, help) in [
        ("", "", "empty", ""),
        ("  ", "  ", "empty", ""),
        ("1 +", "", "ends", ""),
        ("sine(x)", "sine", "unknown function `sine`", "`sin`"),
        ("1 + foo(x)", "foo", "unknown function `foo`", "functions: "),
        ("foo(x)", "foo", "unknown function `foo`", ", atan2, "),
        ("300 + tiem", "tiem", "unknown name", "allowed here"),
        ("2 x", "x", "expected an operator", "2*x"),
        ("5 mm", "mm", "expected an operator", "unit"),
        ("1_000", "_000", "expected an operator", "without `_`"),
        ("x(3)", "(", "expected an operator", "`*`"),
        ("sin x", "sin", "is a function", "sin(v)"),
        ("e^x", "e", "unknown name", "exp(1)"),
        ("X + 1", "X", "unknown name", "`x`"),
        ("min(x)", "min(x)", "at least 2", "min(a, b, ...)"),
        ("sin(x, y)", "sin(x, y)", "one argument", "sin(v)"),
        ("sin()", "sin()", "one argument", "sin(v)"),
        ("x**2", "*", "no meaning", "^"),
        ("x = 2", "=", "no meaning", "=="),
        ("x & y", "&", "no meaning", "&&"),
        ("(x", "", "ends", ""),
        ("x)", ")", "expected an operator", ""),
        ("0 < x < 1", "<", "chained", "&&"),
        ("x/0", "/", "division by zero", ""),
        ("x + (1e200*1e200)", "1e200*1e200", "not a finite", ""),
        ("1e999", "1e999", "too large", ""),
        ("x + log(0)", "log(0)", "not a finite", ""),
        ("sqrt(-1)", "sqrt(-1)", "not a finite", ""),
        ("1e300*x*1e300", "1e300*x*1e300", "not a finite", ""),
        ("x § y", "§", "no meaning", ""),
        ("x, y", ",", "expected an operator", ""),
    ] {
        let error = Expression::parse(text, &[Variable::X, Variable::Y]).expect_err(text);
        assert_eq!(&text[error.span.clone()], at, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.help.clone().unwrap_or_default().contains(help), "{text}: {:?}", error.help);
    }
}

#[test]
fn says_what_is_allowed() {
    let error = |allowed: &[Variable]| Expression::parse("300 + T", allowed).unwrap_err();
    assert_eq!(error(&[Variable::X, Variable::Time]).help.unwrap(), "allowed here: `x` and `t`");
    assert_eq!(error(&[Variable::Time]).help.unwrap(), "only `t` is allowed here");
    assert!(error(&[]).help.unwrap().contains("plain number"));
    assert_eq!(error(&[]).span, 6..7);
}

#[test]
fn nesting_and_length_have_limits() {
    for text in [
        "(".repeat(100_000),
        "(".repeat(9_000),
        "-".repeat(9_000),
        "!".repeat(9_000),
        "x^".repeat(4_000),
        "sin(".repeat(2_000),
        "if(x,".repeat(1_900),
        "1+(".repeat(3_000),
    ] {
        assert!(Expression::parse(&text, &Variable::ALL).is_err());
    }
    for piece in ["+x", "*y", "/z", "&&x", "||y", "/x*y", "*1.1/y", "-x/2*3", "+x*1.1/y", "+1+if(x,1,2)"] {
        let text = format!("x{}", piece.repeat(9_900 / piece.len()));
        let long = Expression::parse(&text, &Variable::ALL).unwrap_or_else(|e| panic!("{piece}: {e}"));
        std::hint::black_box(long.eval(&AT));
    }
    let nested = format!("{}x{}", "(".repeat(90), ")".repeat(90));
    assert!(Expression::parse(&nested, &Variable::ALL).is_ok());
}
