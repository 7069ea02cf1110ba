//! The whole scenario as the user wrote it, every section checked by itself.

use super::Model;
use super::beams::{BeamPlan, read_beams};
use super::boundaries::{Faces, read_faces};
use super::contacts::{ContactPlan, read_contacts};
use super::document::Document;
use super::error::ScenarioErrors;
use super::gas::{GasPlan, read_gas};
use super::grid::GridPlan;
use super::initial::read_initial;
use super::item::Item;
use super::materials::{Library, MaterialKind, MaterialPlan, read_material};
use super::mixture::{MixturePlan, read_mixture};
use super::output::{OutputRequest, read_output};
use super::phonon::{PhononPlan, read_phonon};
use super::probes::{ProbePlan, read_probes};
use super::regions::{Filling, RegionPlan, SourcePlan, read_regions};
use super::run::{End, RunPlan, read_run};
use super::section::Section;
use super::thermoelectric::{TerminalPlan, read_terminals};
use super::varying::Varying;
use crate::nearest::nearest;

/// A scenario before it is laid on the grid.
#[derive(Debug)]
pub(super) struct Plan<'d> {
    pub title: Option<String>,
    pub model: Model,
    pub grid: GridPlan<'d>,
    /// In the order of first use.
    pub materials: Vec<MaterialPlan<'d>>,
    pub regions: Vec<RegionPlan<'d>>,
    pub contacts: Vec<ContactPlan<'d>>,
    pub faces: Faces<'d>,
    pub beams: Vec<BeamPlan<'d>>,
    pub initial: Option<Varying<'d>>,
    /// Mass fractions at the start, with model = "mixture".
    pub initial_fraction: Option<Vec<Varying<'d>>>,
    pub run: RunPlan,
    pub until: Item<'d>,
    pub probes: Vec<ProbePlan<'d>>,
    pub output: OutputRequest<'d>,
    /// With model = "phonon".
    pub phonon: Option<PhononPlan<'d>>,
    /// With model = "gas".
    pub gas: Option<GasPlan<'d>>,
    /// With model = "thermoelectric".
    pub terminals: Vec<TerminalPlan<'d>>,
    /// With model = "mixture".
    pub mixture: Option<MixturePlan<'d>>,
}

impl<'d> Plan<'d> {
    /// Reads all sections, so that all that is wrong is told at once.
    /// `tables` are the materials of the user's files and the shipped ones; each axis has `by` times fewer cells than the document says.
    pub fn read(document: &'d Document, tables: &[&'d Document], by: u64) -> Result<Plan<'d>, ScenarioErrors> {
        let root = Section::root(document);
        root.get("materials_file"); // read before
        let title = root.get("title").and_then(|item| item.text()).map(str::to_owned);
        let model = read_model(&root);
        // The sections of another model mean other things: judged by this one's rules they would all be wrong.
        document.outcome()?;
        let model = model.expect("a model that is not read has noted an error");

        let grid = GridPlan::read(&root).map(|grid| grid.coarser(by));
        let dimensions = grid.as_ref().map_or_else(|| guess_dimensions(&root), GridPlan::dimensions);
        let library = Library::new(&root, tables);
        if let Some(grid) = &grid {
            for document in tables.iter().chain([&document]) {
                document.grid.get_or_init(|| grid.build());
            }
        }
        let layers = grid.as_ref().map_or(Vec::new(), |g| g.layers.clone());
        let mut regions = read_regions(&root, layers, dimensions, model);
        let contacts = read_contacts(&root, model);
        let faces = read_faces(&root, dimensions, model);
        let beams = read_beams(&root, dimensions);
        let (initial, initial_fraction) = read_initial(&root, model);
        let run = read_run(&root, model);
        let probes = read_probes(&root, dimensions);
        let output = read_output(&root, model);
        let phonon = read_phonon(&root, model, dimensions);
        let gas = read_gas(&root, model, dimensions);
        let terminals = read_terminals(&root, dimensions, model);
        let mixture = read_mixture(&root, model);
        root.later(
            &["thermoelectric"],
            "is no section",
            "with model = \"thermoelectric\" write [[terminal]]; remove this section",
        );
        root.finish();
        let ground = grid.as_ref().and_then(|g| g.material.as_ref());
        let kind = MaterialKind { dimensions, model, mixing: mixture.as_ref().map(|m| &m.mixing) };
        let materials = read_materials(&library, ground, &regions, kind);
        if let Some(output) = &output {
            output.check_materials(&materials);
        }
        check_method(&root, &materials);
        document.outcome()?;
        tables.iter().try_for_each(|table| table.outcome())?;
        let incomplete = "a section that is not read has noted an error";
        let (run, until) = run.expect(incomplete);
        let end = match run.end {
            End::Time(until) => Some(until),
            End::Steady(_) => None,
        };
        for region in &mut regions {
            if let Some(trace) = region.trace.take() {
                region.source = Some(SourcePlan::Power(trace.power(end)));
            }
        }
        Ok(Plan {
            title,
            model,
            grid: grid.expect(incomplete),
            materials,
            regions,
            contacts,
            faces,
            beams,
            initial,
            initial_fraction,
            run,
            until,
            probes,
            output: output.expect(incomplete),
            phonon,
            gas,
            terminals,
            mixture,
        })
    }
}

/// What super steps cannot follow.
fn check_method(root: &Section<'_>, materials: &[MaterialPlan<'_>]) {
    let run = root.get("run").filter(Item::is_table).and_then(|item| item.section());
    let Some(method) = run.and_then(|run| run.get("method")) else { return };
    if method.as_text() != Some("super-time-stepping") {
        return;
    }
    let form = "write method = \"explicit\", or \"auto\"";
    if let Some(material) = materials.iter().find(|m| m.melting.is_some()) {
        method.error(format!("cannot follow \"{}\", which melts", material.name), form);
    } else if let Some(material) = materials.iter().find(|m| m.relaxation_time.is_some()) {
        method
            .error(format!("would damp the waves of heat in \"{}\", which has a relaxation_time", material.name), form);
    }
}

pub(super) fn read_model(root: &Section<'_>) -> Option<Model> {
    match root.get("model") {
        Some(item) => {
            let known =
                [Model::Heat, Model::Phonon, Model::Gas, Model::Thermoelectric, Model::Mixture].map(|m| (m.name(), m));
            item.choice(&known, &[])
        }
        None => Some(Model::Heat),
    }
}

/// Where the grid itself has errors, the other sections are judged by what it seems to be.
fn guess_dimensions(root: &Section<'_>) -> usize {
    let Some(grid) = root.get("grid").filter(Item::is_table).and_then(|item| item.section()) else { return 3 };
    let entries = |key| grid.get(key).filter(Item::is_list).and_then(|item| item.list()).map(|list| list.len());
    let is_3d =
        grid.has("z") || entries("size") == Some(3) || (entries("size") != Some(2) && entries("cells") == Some(3));
    if is_3d { 3 } else { 2 }
}

/// Whether two names of materials have a word in common.
fn shares_a_word(a: &str, b: &str) -> bool {
    a.split(['_', ' ', '-']).any(|word| word.len() > 2 && b.split('_').any(|other| other.eq_ignore_ascii_case(word)))
}

/// The materials in use, in the order of first use; then the scenario's own others are checked too.
fn read_materials<'d>(
    library: &Library<'d>,
    ground: Option<&Item<'d>>,
    regions: &[RegionPlan<'d>],
    kind: MaterialKind<'_>,
) -> Vec<MaterialPlan<'d>> {
    let used = regions.iter().filter_map(|r| match &r.filling {
        Filling::Material(item) => Some(item),
        Filling::Void | Filling::Unchanged => None,
    });
    let mut materials: Vec<MaterialPlan<'d>> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for item in ground.into_iter().chain(used) {
        let Some(name) = item.text() else { continue };
        if name == "void" || seen.contains(&name) {
            continue;
        }
        match library.find(name) {
            Some(material) => {
                seen.push(name);
                materials.extend(read_material(name, material, kind));
            }
            None => {
                let remedy = match nearest(name, library.names()) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => {
                        let alike: Vec<&str> = library.names().filter(|known| shares_a_word(name, known)).collect();
                        let others = match alike.is_empty() {
                            true => "or use \"void\" or one of those that `clausius materials` lists".to_owned(),
                            false => format!("or use {} (`clausius materials` lists all)", alike.join(", ")),
                        };
                        format!("add [materials.{name}], {others}")
                    }
                };
                item.error(format!("no material is named \"{name}\""), remedy);
            }
        }
    }
    let most = usize::from(crate::problem::VOID);
    if materials.len() > most {
        materials[most]
            .item
            .error(format!("there are more than {most} materials"), "join materials that differ little");
    }
    for (name, item) in library.own() {
        if !seen.contains(name) && read_material(name, item, kind).is_some() {
            item.document.warn(format!("material \"{name}\" is not used"));
        }
    }
    materials
}
