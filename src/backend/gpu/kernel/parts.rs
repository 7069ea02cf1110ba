//! Every file of WGSL, by name.

use super::Part;

macro_rules! part {
    ($file:literal) => {
        Part { file: concat!("shaders/", $file), text: include_str!(concat!("../../../../shaders/", $file)) }
    };
}

pub(crate) const CONDUCTION: Part = part!("laws/conduction.wgsl");
pub(crate) const BOUNDARY: Part = part!("laws/boundary.wgsl");
pub(crate) const SLAB: Part = part!("lib/slab.wgsl");
pub(crate) const LINKS: Part = part!("lib/links.wgsl");
pub(crate) const TWO_SUM: Part = part!("lib/two_sum.wgsl");
pub(crate) const INCREASED_COMPENSATED: Part = part!("lib/increased_compensated.wgsl");
pub(crate) const INCREASED_PLAIN: Part = part!("lib/increased_plain.wgsl");
pub(crate) const ACCUMULATE_COMPENSATED: Part = part!("lib/accumulate_compensated.wgsl");
pub(crate) const ACCUMULATE_PLAIN: Part = part!("lib/accumulate_plain.wgsl");
pub(crate) const GEOMETRY: Part = part!("lib/geometry.wgsl");
pub(crate) const PALETTE: Part = part!("lib/palette.wgsl");
pub(crate) const PLACE: Part = part!("lib/place.wgsl");
pub(crate) const CELL_PLACE: Part = part!("lib/cell_place.wgsl");
pub(crate) const FUNCTIONS: Part = Part { file: "shaders/lib/functions.wgsl", text: crate::expression::LIBRARY };
pub(crate) const CURVE: Part = part!("lib/curve.wgsl");
pub(crate) const FACE: Part = part!("lib/face.wgsl");
pub(crate) const FIRST_FACE: Part = part!("lib/first_face.wgsl");
pub(crate) const ENTROPY_LAW: Part = part!("laws/entropy.wgsl");
pub(crate) const ENTROPY: Part = part!("lib/entropy.wgsl");
pub(crate) const PRODUCTION: Part = part!("lib/production.wgsl");
pub(crate) const WALL_NOW: Part = part!("lib/wall_now.wgsl");
pub(crate) const JUDGED: Part = part!("lib/judged.wgsl");
pub(crate) const JUDGE_LINKS: Part = part!("lib/judge_links.wgsl");
pub(crate) const JUDGE_LINKS_KEPT: Part = part!("lib/judge_links_kept.wgsl");
pub(crate) const JUDGE_STEP: Part = part!("lib/judge_step.wgsl");
pub(crate) const SECOND_LAW: Part = part!("kernels/second_law.wgsl");
pub(crate) const SECOND_LAW_WALLS: Part = part!("kernels/second_law_walls.wgsl");
pub(crate) const WALL_STATE: Part = part!("lib/wall_state.wgsl");
pub(crate) const FLOWS: Part = part!("lib/flows.wgsl");
pub(crate) const FLOW_PRODUCTION: Part = part!("lib/flow_production.wgsl");
pub(crate) const DECAYED: Part = part!("lib/decayed.wgsl");
pub(crate) const RELAXED: Part = part!("lib/relaxed.wgsl");
pub(crate) const RELAX_LINK: Part = part!("lib/relax_link.wgsl");
pub(crate) const WALL_FOURIER: Part = part!("lib/wall_fourier.wgsl");
pub(crate) const WALL_FLOWS: Part = part!("lib/wall_flows.wgsl");
pub(crate) const WALL_EXCHANGE: Part = part!("lib/wall_exchange.wgsl");
pub(crate) const DECAY: Part = part!("kernels/decay.wgsl");
pub(crate) const RELAX: Part = part!("kernels/relax.wgsl");
pub(crate) const RELAX_WALL: Part = part!("kernels/relax_wall.wgsl");
pub(crate) const DROP: Part = part!("lib/drop.wgsl");
pub(crate) const LINK_FLOW: Part = part!("lib/link_flow.wgsl");
pub(crate) const LINK_FLOW_KEPT: Part = part!("lib/link_flow_kept.wgsl");
pub(crate) const PAIR_FLOW: Part = part!("lib/pair_flow.wgsl");
pub(crate) const MADE: Part = part!("lib/made.wgsl");
pub(crate) const MAP: Part = part!("kernels/map.wgsl");
pub(crate) const MAP_WALL: Part = part!("kernels/map_wall.wgsl");
pub(crate) const SURVEY: Part = part!("kernels/survey.wgsl");
pub(crate) const WALL_SURVEY: Part = part!("kernels/wall_survey.wgsl");
pub(crate) const DIFFUSE: Part = part!("kernels/diffuse.wgsl");
pub(crate) const WALL: Part = part!("kernels/wall.wgsl");
pub(crate) const TEMPERATURE: Part = part!("kernels/temperature.wgsl");
pub(crate) const CONDUCTANCE: Part = part!("kernels/conductance.wgsl");
pub(crate) const SETTLE: Part = part!("kernels/settle.wgsl");
pub(crate) const AUDIT: Part = part!("kernels/audit.wgsl");
pub(crate) const BEGIN: Part = part!("kernels/begin.wgsl");
pub(crate) const STAGE: Part = part!("kernels/stage.wgsl");
pub(crate) const STAGE_WALL: Part = part!("kernels/stage_wall.wgsl");
pub(crate) const STAGE_STATE: Part = part!("kernels/stage_state.wgsl");
pub(crate) const KEEP: Part = part!("kernels/keep.wgsl");
pub(crate) const LANDING: Part = part!("kernels/landing.wgsl");
pub(crate) const KINDS: Part = part!("lib/kinds.wgsl");
pub(crate) const BOOK: Part = part!("lib/book.wgsl");
pub(crate) const SELF_TEST: Part = part!("kernels/self_test.wgsl");
pub(crate) const PATTERN: Part = part!("lib/pattern.wgsl");
pub(crate) const MATRIX: Part = part!("lib/matrix.wgsl");
pub(crate) const REDUCE: Part = part!("lib/reduce.wgsl");
pub(crate) const SMOOTH_FROM_ZERO: Part = part!("kernels/smooth_from_zero.wgsl");
pub(crate) const SMOOTH: Part = part!("kernels/smooth.wgsl");
pub(crate) const RESTRICT: Part = part!("kernels/restrict_residual.wgsl");
pub(crate) const CORRECT: Part = part!("kernels/correct.wgsl");
pub(crate) const COARSEST: Part = part!("kernels/coarsest.wgsl");
pub(crate) const PRODUCT: Part = part!("kernels/product.wgsl");
pub(crate) const COUPLE: Part = part!("kernels/couple.wgsl");
pub(crate) const DOT: Part = part!("kernels/dot.wgsl");
pub(crate) const BLEND: Part = part!("kernels/blend.wgsl");
pub(crate) const ADVANCE: Part = part!("kernels/advance.wgsl");
pub(crate) const SCALARS: Part = part!("kernels/scalars.wgsl");
