//! The device as an engine or a heat pump, held against Carnot and the second law.

use super::ledger::History;
use super::state::Look;
use crate::report;

/// Power below this part of the heat that passes is rounding.
const ROUNDING: f64 = 1e-12;

impl Look<'_> {
    /// Heat and entropy in, lowest and highest temperature, of every surface and condition that exchanges heat.
    fn exchanges(&self) -> Vec<[f64; 4]> {
        let problem = self.device.problem();
        let mut groups: Vec<((u16, u16), [f64; 4])> = Vec::new();
        for (end, p) in self.device.ends.iter().zip(&self.solved.passages.ends) {
            let Some(wall) = end.wall.map(|w| &problem.walls[w as usize]) else { continue };
            let key = (wall.surface, wall.condition);
            let at = groups.iter().position(|g| g.0 == key).unwrap_or_else(|| {
                groups.push((key, [0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY]));
                groups.len() - 1
            });
            let (sums, t) = (&mut groups[at].1, p.temperature[0]);
            sums[0] -= p.heat[0];
            sums[1] -= p.heat[0] / t;
            (sums[2], sums[3]) = (sums[2].min(t), sums[3].max(t));
        }
        let largest = groups.iter().fold(0.0, |m: f64, g| m.max(g.1[0].abs()));
        groups.into_iter().map(|g| g.1).filter(|g| g[0].abs() > 1e-9 * largest).collect()
    }

    /// Of a steady device that exchanges heat with two surfaces and has no sources, which are a third place for heat to come from or go to.
    pub fn engine(&self) -> Option<report::Engine> {
        let sources = self.device.conduction.sources(self.time);
        if sources.is_some_and(|sources| sources.iter().any(|q| *q != 0.0)) {
            return None;
        }
        let exchanges = self.exchanges();
        let [a, b] = exchanges[..] else { return None };
        let (cold, hot) = if a[2] <= b[2] { (a, b) } else { (b, a) };
        let power = self.survey.electrical;
        let passes = cold[0].abs().max(hot[0].abs());
        let power = if power.abs() > ROUNDING * passes { power } else { 0.0 };
        // the bounds take the extremes of the surfaces, so that no unevenness of theirs breaks them
        let (low, high) = (cold[2], hot[3]);
        let pumps = power > 0.0 && cold[0] > 0.0 && high > low;
        let drives = power < 0.0 && hot[0] > 0.0 && high > low;
        Some(report::Engine {
            cold: low,
            hot: high,
            cold_heat: cold[0],
            hot_heat: hot[0],
            cop: pumps.then(|| cold[0] / power),
            carnot_cop: pumps.then(|| cold[3] / (hot[2] - cold[3]).max(0.0)),
            efficiency: drives.then(|| -power / hot[0]),
            carnot_efficiency: drives.then(|| 1.0 - low / high),
        })
    }

    pub fn second_law(&self, history: &History, engine: Option<&report::Engine>) -> report::SecondLaw {
        let survey = &self.survey;
        let (violations, checked, worst) = match &history.ledger {
            Some(l) => (l.violations, l.checked, l.worst),
            None => (survey.violations, survey.checked, survey.worst),
        };
        let what = if self.mixed.is_some() {
            "no face destroys entropy: q D(1/T) + sum of J_i D(s_i) is not negative"
        } else {
            "no half cell and no contact destroys entropy: I X_e + Q X_q is not negative"
        };
        let mut tests = vec![report::Test { what, checked, violations }];
        // by how much, and how often
        let (mut excess, mut beyond) = (0.0, 0);
        // of a steady state
        if let Some(engine) = engine {
            let pairs = [(engine.cop, engine.carnot_cop), (engine.efficiency, engine.carnot_efficiency)];
            let pairs: Vec<(f64, f64)> = pairs.into_iter().filter_map(|(got, bound)| got.zip(bound)).collect();
            let counted = pairs.len() as u64;
            for (got, bound) in pairs {
                if got.is_nan() || got > bound * (1.0 + 1e-9) {
                    beyond += 1;
                    excess = f64::max(excess, got - bound);
                }
            }
            tests.push(report::Test {
                what: "neither coefficient of performance nor efficiency exceeds Carnot's",
                checked: counted,
                violations: beyond,
            });
        }
        let outside = self.mixed.as_ref().map(|mixed| match &history.ledger {
            Some(l) => (l.outside, l.cells, l.excess),
            None => (mixed.matter.outside, mixed.matter.cells, mixed.matter.excess),
        });
        let place = "the device as a whole".to_owned();
        let mut list = Vec::new();
        if violations > 0 {
            let (what, amount) = (tests[0].what, worst.abs());
            list.push(report::Violation {
                what,
                place: place.clone(),
                at_m: None,
                time_s: history.end,
                amount,
                unit: "W/K",
            });
        }
        if beyond > 0 {
            let (what, place) = (tests[1].what, place.clone());
            list.push(report::Violation { what, place, at_m: None, time_s: None, amount: excess, unit: "1" });
        }
        if let Some((violations, checked, excess)) = outside {
            let what = "no mass fraction is negative";
            tests.push(report::Test { what, checked, violations });
            if violations > 0 {
                let (place, amount) = (place.clone(), excess);
                list.push(report::Violation { what, place, at_m: None, time_s: history.end, amount, unit: "1" });
            }
        }
        let checked = tests.iter().map(|t| t.checked).sum();
        let violations = tests.iter().map(|t| t.violations).sum();
        report::SecondLaw { violations, worst, checked, tests, list }
    }
}
