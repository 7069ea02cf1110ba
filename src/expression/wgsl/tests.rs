use super::*;
use wgpu::naga;

fn parse(text: &str) -> Expression {
    Expression::parse(text, &Variable::ALL).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn validate(texts: &[String], device: &DeviceCode) {
    let assignments: String = texts.iter().map(|text| format!("    total += {text};\n")).collect();
    let source = format!(
        "alias Real = f32;\n\
         @group(0) @binding(0) var<storage, read> signals: array<f32>;\n\
         @group(0) @binding(1) var<storage, read_write> field: array<f32>;\n\
         fn signal(index: u32) -> Real {{ return signals[index]; }}\n\
         {LIBRARY}\n{}\n\
         @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{\n\
         let x = field[id.x]; let y = field[id.x + 1u]; let z = field[id.x + 2u]; let temperature = field[id.x + 3u];\n\
         var total: Real = 0.0;\n{assignments}    field[id.x] = total;\n}}\n",
        device.functions.text()
    );
    let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(&source)));
    naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|e| panic!("{}", e.emit_to_string(&source)));
}

#[test]
fn emitted_formulas_are_valid() {
    let mut device = DeviceCode::default();
    let mut list: Vec<String> = crate::expression::functions::all()
        .map(|f| match f.usage.matches(',').count() {
            _ if f.usage.contains("...") => format!("{}(x, 2, y)", f.name),
            0 => format!("{}(x)", f.name),
            1 => format!("{}(x, T)", f.name),
            _ => format!("{}(x, 1, T)", f.name),
        })
        .collect();
    list.extend(
        [
            "3",
            "-3",
            "1e-320*x",
            "1e300*x",
            "x",
            "-x",
            "x - 20*y - z + 4",
            "x*y*t",
            "x^-3 + y^5 + x^2.5 + (-2)^x",
            "if(x < 0, 1, -2)",
            "if(x, y, 3)",
            "!x + !(t > 3)",
            "x < t || y > 2 && z != 1",
            "(x < 1) + (y <= 2)*(z == 3)",
            "min(x, t, 3, sin(t))",
            "x/y/3",
            "max(0, x)",
            "T^2",
            "exp(-((x - t)^2)/0.01)",
            "if(x > 1, 0*x, 1)",
            "x == -1",
        ]
        .map(String::from),
    );
    list.push(format!("x{}", " + y*x".repeat(1500)));
    list.push(format!("{}x{}", "sin(1 + ".repeat(90), ")".repeat(90)));
    for (open, close) in
        [("1+2*if(x<1,y,", ")"), ("1+2*x/y*sin(", ")^3"), ("!(y&&", ")"), ("max(3,1/", ")"), ("(x<1)*(1+", ")")]
    {
        list.push(format!("{}x{}", open.repeat(48), close.repeat(48)));
    }
    let mut texts: Vec<String> = list.iter().map(|text| parse(text).wgsl(&mut device)).collect();
    for variable in [Variable::X, Variable::Temperature, Variable::Time] {
        let points = |n: usize| (0..n).map(|i| (i as f64 - 2.0, (i * i) as f64 - 5.5)).collect();
        for n in [1, 2, 3, 17, 1000] {
            texts.push(Expression::table(variable, points(n)).unwrap().wgsl(&mut device));
        }
    }
    validate(&texts, &device);
}

#[test]
fn time_is_left_to_the_host() {
    let mut device = DeviceCode::default();
    let wave = parse("300 + 20*sin(2*pi*t/86400)");
    assert_eq!(wave.wgsl(&mut device), "signal(0u)");
    assert_eq!(wave.clone().mul(parse("x")).wgsl(&mut device), "(x * signal(0u))");
    assert_eq!(parse("300 + 20*sin(2*pi*t/86400) + x").wgsl(&mut device), "(signal(0u) + x)");
    assert_eq!(parse("sin(x - t)").wgsl(&mut device), "sin((signal(1u) + x))");
    assert_eq!(device.signals.values(21600.0), [320.0, -21600.0]);
    assert_eq!(parse("5*x").wgsl(&mut device), "(5.0 * x)");
    assert_eq!(parse("x^2").wgsl(&mut device), "power_2(x)");
    assert_eq!(parse("12").wgsl(&mut device), "12.0");
    assert_eq!((device.signals.len(), device.functions.powers.len()), (2, 1));
    assert!(device.functions.text().contains("let v2 = v1 * v1;\n    return v2;"));
}

#[test]
fn equal_tables_share_one_function() {
    let mut device = DeviceCode::default();
    let table = |top| Expression::table(Variable::X, vec![(0.0, 1.0), (1.0, top)]).unwrap();
    assert_eq!(table(2.0).wgsl(&mut device), "table_0(x)");
    assert_eq!(table(3.0).wgsl(&mut device), "table_1(x)");
    assert_eq!(table(2.0).wgsl(&mut device), "table_0(x)");
}

macro_rules! reading {
    ($module:ident, $real:ident) => {
        /// The library as Rust reads it.
        #[allow(clippy::all, dead_code, reason = "WGSL text")]
        mod $module {
            type Real = $real;
            fn abs(v: Real) -> Real {
                v.abs()
            }
            fn exp(v: Real) -> Real {
                v.exp()
            }
            fn tanh(v: Real) -> Real {
                v.tanh()
            }
            fn floor(v: Real) -> Real {
                v.floor()
            }
            fn pow(a: Real, b: Real) -> Real {
                if a < 0.0 { Real::NAN } else { a.powf(b) }
            }
            fn min(a: Real, b: Real) -> Real {
                a.min(b)
            }
            fn max(a: Real, b: Real) -> Real {
                a.max(b)
            }
            include!("../../../shaders/lib/functions.wgsl");
            pub(super) const ALL: [fn(Real) -> Real; 5] =
                [error_function, error_function_complement, cube_root, round_half_away, bounded_tanh];
            pub(super) const PAIRS: [fn(Real, Real) -> Real; 2] = [modulo, real_power];
        }
    };
}
reading!(double, f64);
reading!(single, f32);

#[test]
fn library_agrees_with_the_host() {
    for i in -1400..=1400 {
        let v = f64::from(i) * 0.01;
        let v32 = v as f32;
        let host = [libm::erf(v), libm::erfc(v), v.cbrt(), v.round(), v.tanh()];
        let host32 = [
            libm::erf(v32.into()),
            libm::erfc(v32.into()),
            f64::from(v32).cbrt(),
            v32.round().into(),
            f64::from(v32).tanh(),
        ];
        for (k, tolerance) in [2e-15, 2e-15, 2e-15, 0.0, 1e-15].into_iter().enumerate() {
            let got = double::ALL[k](v);
            assert!((got - host[k]).abs() <= tolerance, "f64 function {k} at {v}: {got}, not {}", host[k]);
        }
        for (k, tolerance) in [1.5e-7, 2e-7, 4e-7, 0.0, 1e-7].into_iter().enumerate() {
            let got = f64::from(single::ALL[k](v32));
            assert!((got - host32[k]).abs() <= tolerance, "f32 function {k} at {v}: {got}, not {}", host32[k]);
        }
        let tail = error_ratio(double::ALL[1](v), libm::erfc(v));
        assert!(tail < 1e-13, "erfc at {v}: {tail}");
        for b in [-3.0, -2.0, 1.0, 2.0, 2.5, 7.0] {
            let [rest, power] = [double::PAIRS[0](v, b), double::PAIRS[1](v, b)];
            assert_eq!(rest, Binary::Mod.eval(v, b));
            let expected = Binary::Power.eval(v, b);
            assert!(power == expected || (power.is_nan() && expected.is_nan()), "{v}^{b}: {power} {expected}");
        }
    }
    assert_eq!(double::ALL[1](1e9), 0.0);
}

fn error_ratio(got: f64, expected: f64) -> f64 {
    ((got - expected) / expected).abs()
}
