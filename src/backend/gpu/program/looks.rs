//! The shaders that look at a state: totals, the second law, maps.

use super::super::generate::{self, Stack};
use super::super::kernel::{self, Kernel, parts};
use super::super::maps::{self, MapDraft};
use super::super::tables::Tables;
use super::{CONDUCTIVITY, Draft, Writer};

impl Writer<'_> {
    pub(super) fn survey(&self, sources: &str, tables: &Tables) -> Draft {
        let mut parts = self.sums();
        parts.extend([parts::SLAB, parts::CONDUCTION]);
        parts.extend(if self.has_flows() {
            [parts::FLOWS, parts::FLOW_PRODUCTION]
        } else {
            [parts::LINKS, parts::PRODUCTION]
        });
        parts.extend([parts::ENTROPY_LAW, parts::ENTROPY]);
        parts.extend([parts::GEOMETRY, parts::PALETTE, parts::CURVE]);
        let families = &self.conduction.links.families;
        let counts = self.conduction.problem.grid.cells();
        let mut generated = generate::productions(families, counts, self.cut.axis);
        let with_heats = self.has_flows().then_some(families.as_slice());
        generated.push_str(&generate::holdings(with_heats, counts, self.cut.axis));
        for text in [&*self.links(), &*generate::entropies(tables), &*generate::slopes(tables), sources] {
            generated.push_str(text);
        }
        if self.has_sources {
            parts.extend(self.evaluates());
            generated.push_str(&self.functions);
        }
        self.draft(&kernel::SURVEY, |_| true, &parts, &generated)
    }

    pub(super) fn wall_survey(&self, sources: &str, tables: &Tables) -> Draft {
        let links = if self.has_flows() { parts::FLOWS } else { parts::LINKS };
        let mut parts = vec![parts::SLAB, parts::CONDUCTION, links, parts::ENTROPY_LAW, parts::ENTROPY];
        parts.extend(self.wall_heats());
        parts.extend([parts::BOUNDARY, parts::FACE, parts::WALL_NOW, parts::WALL_STATE]);
        parts.extend([parts::GEOMETRY, parts::PALETTE, parts::CURVE]);
        parts.extend(self.evaluates());
        if self.conduction.varies {
            parts.extend([parts::CELL_PLACE, parts::INTEGRAL]);
        }
        let generated = [&*self.functions, &*self.walls, &*self.links(), &*generate::slopes(tables), sources].concat();
        self.draft(&kernel::WALL_SURVEY, |_| true, &parts, &generated)
    }

    /// What the second law says of cells or of walls.
    pub(super) fn second_law(&self, kernel: &Kernel, sources: &str, tables: &Tables) -> Draft {
        let flows = self.has_flows();
        let mut library = vec![parts::SLAB, parts::CONDUCTION, if flows { parts::FLOWS } else { parts::LINKS }];
        library.extend([parts::GEOMETRY, parts::PALETTE, parts::CURVE, parts::JUDGED, parts::JUDGE_STEP]);
        library.extend(self.evaluates());
        let problem = &self.conduction.problem;
        let counts = problem.grid.cells();
        let families = &self.conduction.links.families;
        let judges = format!("const JUDGES_STEPS: bool = {};\n", !flows);
        let surroundings = generate::surroundings(families, counts, self.cut.axis);
        let temperatures = generate::temperatures(tables);
        let texts = [&*judges, &*self.functions, &*self.links(), sources, &*temperatures, &*surroundings];
        let mut generated = texts.concat();
        if kernel == &kernel::SECOND_LAW {
            library.push(if flows { parts::JUDGE_LINKS_KEPT } else { parts::JUDGE_LINKS });
            generated.push_str(&generate::judged_links(families, counts, self.cut.axis));
        } else {
            library.extend([parts::BOUNDARY, parts::FACE, parts::WALL_NOW, parts::WALL_EXCHANGE]);
            library.push(if flows { parts::WALL_FLOWS } else { parts::WALL_FOURIER });
            if self.conduction.varies {
                library.extend([parts::CELL_PLACE, parts::INTEGRAL]);
            }
            generated.push_str(&self.walls);
        }
        self.draft(kernel, |_| true, &library, &generated)
    }

    /// A component of a map; `known`: the conductivities of cells.
    pub(super) fn map(&self, component: usize, known: &str, stack: &Stack, tables: &Tables) -> MapDraft {
        let problem = &self.conduction.problem;
        let families = &self.conduction.links.families;
        let counts = problem.grid.cells();
        let flow = if self.has_flows() { parts::LINK_FLOW_KEPT } else { parts::LINK_FLOW };
        let mut library = vec![parts::SLAB, parts::DROP, flow];
        library.extend(self.evaluates());
        library.extend(CONDUCTIVITY);
        let (gathered, entered) = if component < 3 {
            library.push(parts::PAIR_FLOW);
            (maps::flux(families, counts, self.cut.axis, component), maps::flux_in(&problem.grid, component))
        } else {
            library.push(parts::MADE);
            (maps::production(families, counts, self.cut.axis), maps::PRODUCTION_IN.to_owned())
        };
        let slopes = generate::slopes(tables);
        let (tensors, contacts) = (generate::tensors(problem), generate::contact_resistance(stack));
        let generated = [&*self.functions, known, &*slopes, &*tensors, &*contacts, &*gathered].concat();
        MapDraft {
            cells: self.draft(&kernel::MAP, |_| true, &library, &generated),
            walls: (!problem.walls.is_empty()).then(|| {
                self.draft(
                    &kernel::MAP_WALL,
                    |_| true,
                    &[parts::SLAB, parts::GEOMETRY, parts::FACE, parts::FIRST_FACE, parts::WALL_STATE],
                    &entered,
                )
            }),
        }
    }
}
