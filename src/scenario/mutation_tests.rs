//! Damaged scenarios: whatever is done to a valid text, reading it ends, without a panic, in a scenario or in
//! errors that can be shown.

use super::*;

/// Numbers of a fixed seed (Marsaglia 2003, xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

const TEXTS: [&str; 2] = [
    r#"title = "Solid"
[grid]
size = ["6 mm", "6 mm"]
cells = [6, 6]
z = [{ thickness = "4 mm", cells = 3, ratio = 2 }, { thickness = "2 mm", cells = 2 }]
origin = [0, 0, "1 mm"]
material = "steel"
[materials.gel]
conductivity = { T = [300, 400], value = ["2 W/(m K)", 3] }
density = "1000 kg/m^3"
specific_heat = "2000 J/(kg K)"
mean_free_path = "40 nm"
collision_time = "7 ps"
relaxation_time = "20 ps"
fusion = { temperature = "60 degC", latent_heat = "200 kJ/kg" }
melting = { solidus = "40 degC", liquidus = "45 degC", latent_heat = "200 kJ/kg", liquid_conductivity = 1 }
[materials.grain]
conductivity = [[2, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
volumetric_heat_capacity = "1e6*(1 + x)"
[[region]]
name = "pad"
material = "gel"
box = [[0, 0, 0], ["6 mm", "6 mm", "3 mm"]]
power = { t = [0, "2 s"], value = ["1 W", "4 W"] }
[[region]]
name = "log"
material = "grain"
polygon = { points = [[0, 0], ["3 mm", 0], ["3 mm", "3 mm"]], z = [0, 1] }
initial_temperature = "300 + 1e3*x"
[[region]]
name = "duct"
material = "void"
cylinder = { from = [0, 0, "5 mm"], to = ["6 mm", 0, "5 mm"], radius = "2 mm" }
boundary = { convection = 20, ambient = "20 degC" }
[[contact]]
between = ["pad", "steel"]
resistance = "1e-5 m^2 K/W"
[[beam]]
face = "z_max"
power = "10*t"
radius = "2 mm"
path = [{ t = 0, at = ["3 mm", "3 mm"] }, { t = 1, at = ["3 mm", "5 mm"] }]
[initial]
temperature = "20 degC"
[boundary]
x_min = { temperature = "300 + 5*sin(t)" }
y_max = [{ box = [[0, 0], ["3 mm", "3 mm"]], flux = "1e4 W/m^2" }, { convection = 10, ambient = 290 }]
z_min = { radiation = 0.8, ambient = { t = [0, 10], value = ["10 degC", "20 degC"] } }
[run]
until = "10 s"
safety = 0.8
[[probe]]
name = "A"
at = ["3 mm", "3 mm", "2 mm"]
[output]
every = "1 s"
series_every = 0.1
fields = ["temperature", "flux"]
formats = ["png", "vti"]
slices = ["z=3mm"]
"#,
    r#"[grid]
size = ["6 mm", "4 mm"]
cells = [6, 4]
depth = "1 cm"
material = "copper"
[[region]]
name = "hole"
material = "void"
circle = { center = ["3 mm", "2 mm"], radius = "1.2 mm" }
boundary = { temperature = "310 + x" }
[boundary]
x_min = { periodic = true }
y_min = [{ box = ["1 mm", "3 mm"], flux = 100 }, { radiation = 0.5, convection = "3 W/(m^2 K)", ambient = 300 }]
[run]
until = "steady"
[run.steady]
imbalance = 1e-6
[output]
temperature_unit = "degC"
range = ["20 degC", 400]
colormap = "viridis"
"#,
];

const SCRAPS: [&str; 40] = [
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "-",
    "0",
    "9",
    "e",
    "1e308",
    "1e-308",
    "nan",
    "inf",
    "-inf",
    "true",
    "\"5 mm\"",
    "\"x\"",
    "\"t\"",
    "\"T\"",
    "\"1/x\"",
    "void",
    "[[region]]\n",
    "[grid]\n",
    "\u{e9}",
    "\u{1F525}",
    "\0",
    "\t",
    "\r",
    "\\",
    "\"\"\"",
    "99999999999999999999",
    "0x7f",
    "{ t = [0], value = [1] }",
    "[]",
];

fn damaged(random: &mut Random) -> String {
    let text = TEXTS[random.below(TEXTS.len())];
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        let at = random.below(lines.len());
        match random.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(random.below(lines.len()), lines[at].clone()),
            2 => {
                let other = random.below(lines.len());
                lines.swap(at, other);
            }
            3 => {
                // The value of another key.
                let other = lines[random.below(lines.len())].clone();
                if let (Some((key, _)), Some((_, value))) =
                    (lines[at].clone().split_once(" = "), other.split_once(" = "))
                {
                    lines[at] = format!("{key} = {value}");
                }
            }
            4 => {
                // Another key with this value.
                let other = lines[random.below(lines.len())].clone();
                if let (Some((_, value)), Some((key, _))) =
                    (lines[at].clone().split_once(" = "), other.split_once(" = "))
                {
                    lines[at] = format!("{key} = {value}");
                }
            }
            5 => {
                let scrap = SCRAPS[random.below(SCRAPS.len())];
                if let Some((key, _)) = lines[at].clone().split_once(" = ") {
                    lines[at] = format!("{key} = {scrap}");
                }
            }
            6 => {
                let scrap = SCRAPS[random.below(SCRAPS.len())];
                let line = &mut lines[at];
                let place = line.floor_char_boundary(random.below(line.len() + 1));
                line.insert_str(place, scrap);
            }
            _ => {
                let line = &mut lines[at];
                let place = line.floor_char_boundary(random.below(line.len() + 1));
                let end = line.ceil_char_boundary((place + 1 + random.below(4)).min(line.len()));
                line.replace_range(place..end.max(place), "");
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n")
}

#[test]
fn damaged_texts_end_in_a_scenario_or_in_errors() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut good, mut bad) = (0, 0);
    let path = Path::new("damaged.toml");
    for round in 0..5000 {
        let text = damaged(&mut random);
        // A grid of a billion cells is valid and no matter for a quick test.
        if Scenario::size_of_text(&text, path, &[]).is_ok_and(|size| size.total() > 20_000) {
            continue;
        }
        let overrides: Vec<String> = match random.below(6) {
            0 => vec![format!("run.until={}", SCRAPS[random.below(SCRAPS.len())])],
            1 => vec![format!("region[{}].name={}", random.below(4), SCRAPS[random.below(SCRAPS.len())])],
            _ => Vec::new(),
        };
        match Scenario::parse(&text, path, &overrides) {
            Ok(scenario) => {
                good += 1;
                let p = &scenario.problem;
                assert_eq!(p.initial.len(), p.grid.len(), "round {round}");
                assert!(p.initial.iter().all(|t| t.is_finite()), "round {round}\n{text}");
                assert!(p.walls.iter().all(|w| p.material[w.cell as usize] != VOID), "round {round}");
            }
            Err(errors) => {
                bad += 1;
                let shown = errors.to_string();
                assert!(!errors.list.is_empty() && shown.contains("help: "), "round {round}: {shown}");
                assert!(errors.list.iter().all(|e| !e.remedy.is_empty()), "round {round}: {shown}");
            }
        }
    }
    assert!(good > 300 && bad > 3000, "{good} good, {bad} bad");
}
