//! Entropy for those who never heard of it: what is lost, where, and whether the run kept the second law.

use super::{Page, measured, power, section};
use crate::output::label::significant;
use crate::output::markup::{Table, escaped};
use crate::quantity::{TIME, format_quantity};
use crate::report::{Boundary, Loss, Region, Verdict};
use std::fmt::Write;

/// Who loses less than this, in percent, is not shown.
const SHOWN: f64 = 0.05;
/// Rows of a ranking.
const ROWS: usize = 12;

impl Page<'_> {
    /// The verdict for those who never heard of entropy.
    pub(super) fn plain_verdict(&self) -> String {
        let report = self.report;
        let worst = report.exergy.ranking.iter().find(|l| matches!(l.kind, "material" | "contact"));
        let most = worst.map_or_else(String::new, |loss| {
            let of = if loss.kind == "contact" { "the contact " } else { "" };
            let name = loss.name.as_deref().unwrap_or("the rest");
            format!(", {} % of that in {of}{name}", significant(loss.percent, 3))
        });
        let lost = power(report.exergy.destruction);
        match report.state.verdict {
            Verdict::Equilibrium => "No heat flows anywhere, and by itself nothing will change any more.".into(),
            Verdict::Steady => format!(
                "Temperatures have settled, but heat goes on flowing from hot to cold. On its way it loses the power to do work: {lost} of it are destroyed all the time{most}."
            ),
            Verdict::Periodic => {
                "Temperatures swing for ever in the same way: each cycle is like the last, and heat goes on flowing in each.".into()
            }
            Verdict::Transient => {
                let left = report.state.course.time_left_s.filter(|left| *left > 0.0);
                let left = left.map_or_else(String::new, |left| {
                    format!(", and will for about another {}", format_quantity(left, TIME))
                });
                let lost = match &report.entropy.extended {
                    Some(_) => {
                        "Heat has inertia here: it runs on like a wave, for a while even from cold to hot.".to_owned()
                    }
                    None => format!("Heat that flows from hot to cold destroys {lost} of work now{most}."),
                };
                // Temperatures settle long before what is mixed does.
                let mixes = report.mixture.is_some() && report.state.scaled_rate < 1e-6;
                let what = if mixes { "The composition is still changing" } else { "Temperatures are still changing" };
                format!("{what}{left}. {lost}")
            }
            Verdict::Stalled => {
                "Do not use this result: the steps have become too small for the digits of the numbers, so that the computation stands still while heat \
                 would go on flowing. Use f64, or larger steps."
                    .into()
            }
        }
    }

    /// What the device loses, and who loses it.
    pub(super) fn losses(&self) -> String {
        let report = self.report;
        let exergy = &report.exergy;
        let at = format!("{} {}", self.temperature(exergy.reference_temperature), self.scale.unit());
        let mut text = format!(
            "<p>Heat is worth more the hotter it is: an engine can turn part of it into work. Where it runs from hot to cold \
             by itself that part is lost for good, and entropy is produced instead. What is produced now: {}. Towards \
             surroundings of {} ({}) that is <strong>{}</strong> of work destroyed{}.</p>\n",
            measured(report.entropy.production, 4, "W/K"),
            escaped(&at),
            escaped(&exergy.reference),
            power(exergy.destruction),
            self.throughput().map_or_else(String::new, |through| {
                format!(
                    ", {} % of the {} of heat that pass",
                    significant(100.0 * exergy.destruction / through, 3),
                    power(through)
                )
            })
        );
        if report.entropy.extended.is_some() {
            text += "<p class=\"note\">Heat has inertia here: while it runs from cold to hot the numbers of one moment may be negative.</p>\n";
        }
        text += "<p class=\"note\">What is lost outside, between a surface and its surroundings, is not counted here.</p>\n";
        // Carriers lose at a surface what a body of Fourier's law loses in the half cells behind it.
        let walls = if self.flies() { "At the surfaces" } else { "Right behind the surfaces" };
        for (heading, kinds) in [
            ("By material and contact", ["material", "contact"]),
            ("By region and contact", ["region", "contact"]),
            (&format!("{walls} (part of the above)"), ["wall", ""]),
        ] {
            text += &self.ranking(heading, kinds);
        }
        section("Where it loses", &text)
    }

    /// Heat that enters through surfaces and from sources, W; none where hardly any does, or where no work is lost of it now.
    fn throughput(&self) -> Option<f64> {
        let report = self.report;
        let parts = |b: &Boundary| match &b.patches[..] {
            [] => vec![b.heat_in],
            patches => patches.iter().map(|p| p.heat_in).collect(),
        };
        let patches = report.boundaries.0.iter().flat_map(|(_, b)| parts(b));
        let voids = report.regions.0.iter().filter_map(|(_, region)| match region {
            Region::Void { heat_in, .. } => Some(*heat_in),
            Region::Solid { .. } => None,
        });
        let through: f64 = patches.chain(voids).chain([report.sources.heat]).filter(|q| *q > 0.0).sum();
        let lost = report.exergy.destruction;
        (lost >= 0.0 && through > lost).then_some(through)
    }

    fn ranking(&self, heading: &str, kinds: [&str; 2]) -> String {
        let those = |l: &&Loss| kinds.contains(&l.kind) && l.percent >= SHOWN;
        let losses: Vec<&Loss> = self.report.exergy.ranking.iter().filter(those).collect();
        if losses.iter().all(|l| l.kind == "contact") {
            return String::new();
        }
        let mut rows = String::new();
        for loss in losses.iter().take(ROWS) {
            let name = loss.name.as_deref().unwrap_or("the rest");
            let what = if loss.kind == "contact" { format!("contact {name}") } else { name.to_owned() };
            let _ = writeln!(
                rows,
                "<tr><td>{}</td><td>{} W/K</td><td>{}</td><td>{} %</td><td class=\"bar\"><span style=\"width:{:.1}%\"></span></td></tr>",
                escaped(&what),
                significant(loss.entropy_production, 4),
                power(loss.exergy_destruction),
                significant(loss.percent, 3),
                loss.percent.clamp(0.0, 100.0)
            );
        }
        let heads = "<th></th><th>entropy</th><th>work destroyed</th><th>of all</th><th></th>";
        format!(
            "<h3>{heading}</h3>\n<div class=\"wide\"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>\n"
        )
    }

    /// The budgets of energy and entropy.
    pub(super) fn budgets(&self) -> String {
        let (energy, entropy) = (&self.report.energy, &self.report.entropy);
        let body = self.body();
        let meaning = match self.report.state.verdict {
            Verdict::Steady => {
                "Nothing changes, so all entropy that is produced leaves with the heat. That is what tells a steady state from \
                 equilibrium, where none is produced."
                    .to_owned()
            }
            Verdict::Periodic => format!(
                "Every cycle is like the last: over a whole one the {body} keeps neither heat nor entropy, and all that is produced \
                 leaves. In between both swing, so the numbers of one moment need not balance."
            ),
            Verdict::Equilibrium => "In equilibrium no heat runs and no entropy is produced.".into(),
            Verdict::Transient | Verdict::Stalled if entropy.extended.is_some() => {
                "Heat has inertia here: it may run from cold to hot for a while, and what is produced may then be negative. \
                 What cannot fall is the extended entropy, which counts what the flowing heats hold back."
                    .into()
            }
            Verdict::Transient | Verdict::Stalled => format!(
                "What enters and what is produced inside makes the entropy of the {body} grow; production is never negative, \
                 entropy can only leave with heat."
            ),
        };
        let mut now = Table::pairs();
        for (name, value) in [
            ("enters through surfaces", entropy.boundary_flow),
            ("enters with sources", entropy.source_flow),
            ("is produced inside", entropy.production),
            (&*format!("so the {body}'s own changes by"), entropy.change_rate),
        ] {
            now.row(vec![name.into(), measured(value, 6, "W/K")]);
        }
        if let Some(extended) = &entropy.extended {
            let produced = measured(extended.production, 6, "W/K");
            now.row(vec!["extended entropy produced inside".into(), produced]);
        }
        now.row(vec!["these close to".into(), significant(entropy.closure, 2)]);
        let mut text = format!("<p>{meaning}</p>\n<h3>Entropy now</h3>\n{}", now.html());
        // A steady state has no history: what counts from a start does not exist for it.
        if self.report.time.end_s.is_nan() {
            let closes =
                format!("<p class=\"note\">The heat balance closes to {}.</p>\n", significant(energy.closure, 2));
            return section("Budgets", &(text + &closes));
        }
        let mut since = Table::pairs();
        for (name, value) in [
            ("entered through surfaces and with sources", entropy.entered),
            ("was produced", entropy.produced),
            (&*format!("so the {body} gained"), entropy.change),
            ("share of the time steps in what was produced", entropy.integrator_defect),
            ("left by summing over rows of the series", entropy.quadrature),
        ] {
            since.row(vec![name.into(), measured(value, 6, "J/K")]);
        }
        if let Some(extended) = &entropy.extended {
            for (name, value) in [
                ("held back by flowing heats now", extended.held),
                ("extended entropy that was produced", extended.produced),
                ("so the extended entropy gained", extended.change),
                ("left by summing over rows, and by what its theory leaves out", extended.quadrature),
            ] {
                since.row(vec![name.into(), measured(value, 6, "J/K")]);
            }
        }
        let worth = measured(self.report.exergy.destroyed, 5, "J");
        since.row(vec!["work destroyed".into(), worth]);
        let mut heat = Table::pairs();
        for (name, value) in [
            ("came in through surfaces", energy.boundary_in),
            ("came from sources", energy.source),
            (&*format!("so the {body} stored"), energy.stored_change),
        ] {
            heat.row(vec![name.into(), measured(value, 6, "J")]);
        }
        heat.row(vec!["these close to".into(), significant(energy.closure, 2)]);
        let _ = write!(
            text,
            "<h3>Entropy since the start</h3>\n{}<h3>Energy since the start</h3>\n{}",
            since.html(),
            heat.html()
        );
        section("Budgets", &text)
    }

    /// What theory says of the curve of the production.
    pub(super) fn minimum_production(&self) -> String {
        let told = self.report.minimum_production.as_ref();
        told.map_or(String::new(), |m| section("Least production", &format!("<p>{}</p>\n", escaped(&m.text))))
    }

    /// The second-law audit.
    pub(super) fn audit(&self) -> String {
        let law = &self.report.second_law;
        let verdict = match law.violations {
            0 if law.checked == 0 => {
                "Nothing could be looked at here, so nothing is said of the second law.".to_owned()
            }
            0 => format!("The second law was kept in all {} places and times that were looked at.", law.checked),
            n => format!(
                "The second law was violated in {n} of {} places and times. Such numbers are wrong; do not use this result.",
                law.checked
            ),
        };
        let mut table = Table::new(&["what must hold", "looked at", "violated"]);
        for test in law.tests.iter().filter(|t| t.checked > 0) {
            table.row(vec![test.what.into(), test.checked.to_string(), test.violations.to_string()]);
        }
        let mut text = format!("<p>{verdict}</p>\n{}", table.html());
        if !law.list.is_empty() {
            let mut list = Table::new(&["where", "at (m)", "time (s)", "by"]);
            for v in &law.list {
                let at = v.at_m.as_ref().map_or_else(String::new, |at| {
                    at.iter().map(|x| significant(*x, 5)).collect::<Vec<_>>().join(", ")
                });
                let time = v.time_s.map_or_else(String::new, |t| significant(t, 6));
                list.row(vec![v.place.clone(), at, time, format!("{} {}", significant(v.amount, 3), v.unit)]);
            }
            text += &format!("<h3>The first of each</h3>\n{}", list.html());
        }
        section("Second-law audit", &text)
    }
}
