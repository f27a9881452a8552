//! The pipeline file of an invented city: commented, complete, and an example of every part of such a file.

use super::{CitySettings, SOURCES};
use crate::followup::shipped;

/// Where a pipeline file finds and puts things, relative to its own folder.
#[derive(Clone, Debug)]
pub struct PipelinePaths {
    /// Name of the night job.
    pub name: String,
    /// Folder of the dumps.
    pub dumps: String,
    /// Folder of published sets.
    pub output: String,
    /// Folder carried from night to night.
    pub store: String,
    /// Folder of the rules' SQL.
    pub rules: String,
}

impl Default for PipelinePaths {
    fn default() -> Self {
        let own = str::to_owned;
        Self {
            name: own("invented-city"),
            dumps: own("dumps"),
            output: own("out"),
            store: own("store"),
            rules: own("rules"),
        }
    }
}

const HEAD: &str = include_str!("pipeline_parts/head.toml");
const LINKAGE: &str = include_str!("pipeline_parts/linkage.toml");
const TAIL: &str = include_str!("pipeline_parts/tail.toml");
const SECTIONS: [&str; 7] = [
    include_str!("pipeline_parts/police_population.toml"),
    include_str!("pipeline_parts/police_arrivals.toml"),
    include_str!("pipeline_parts/health_tests.toml"),
    include_str!("pipeline_parts/health_vaccination.toml"),
    include_str!("pipeline_parts/community_grid.toml"),
    include_str!("pipeline_parts/self_declarations.toml"),
    include_str!("pipeline_parts/health_isolation.toml"),
];

/// The text of the pipeline file for a city of these settings.
pub fn pipeline_text(settings: &CitySettings, paths: &PipelinePaths) -> String {
    let sections = SOURCES
        .iter()
        .zip(SECTIONS)
        .filter(|(name, _)| !settings.without.iter().any(|without| without == *name))
        .map(|(_, section)| section);
    let mut text = HEAD.to_owned();
    for section in sections {
        text.push('\n');
        text.push_str(section);
    }
    for part in [LINKAGE, shipped::TEXT, TAIL] {
        text.push('\n');
        text.push_str(part);
    }
    text.replace("@NAME@", &paths.name)
        .replace("@DUMPS@", &paths.dumps)
        .replace("@OUTPUT@", &paths.output)
        .replace("@STORE@", &paths.store)
        .replace("@RULES@", &paths.rules)
        .replace("@AS_OF@", &settings.as_of.to_string())
}
