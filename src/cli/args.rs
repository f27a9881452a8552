//! What may stand on the command line, and the parsers of single values.

use crate::config::{self, Overrides, Pipeline};
use crate::error::Result;
use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  2   wrong arguments
  65  bad data, or a check that stopped publication
  66  a required input is missing
  70  a bug in gridlink
  73  an output cannot be created
  74  reading or writing failed
  75  another run holds the lock
  78  the pipeline file has faults";

/// One person, one file; one follow-up list per grid.
///
/// Reads the dumps of a city's agencies as they are, matches the persons in them, and publishes one file per person and
/// one follow-up list per grid.
#[derive(Debug, Parser)]
#[command(name = "gridlink", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// Language of messages [default: zh if LC_ALL or LANG says so, else en]
    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = false)]
    pub(super) lang: Option<LangArg>,
    /// Say nothing but errors and warnings
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// No colours and no progress bars (also: NO_COLOR)
    #[arg(long, global = true)]
    pub(super) no_color: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LangArg {
    En,
    Zh,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the night: read, match, list, publish
    Run(super::run::RunArgs),
    /// Check the pipeline file, the dumps and the mapping: every fault at once, and rows as they will be read
    Check(super::check::CheckArgs),
    /// Look at dumps and write a commented pipeline file to edit
    Init(super::init::InitArgs),
    /// Measure a published set against the truth
    Eval(super::eval::EvalArgs),
    /// Say why a record is in its person, or why two records are (not) one
    Explain(super::explain::ExplainArgs),
    /// Query the published tables with SQL
    Query(super::query::QueryArgs),
    /// Invent a city: dumps in all formats, and the truth
    Synth(super::synth::SynthArgs),
    /// Take filled-in lists back; the next run applies them
    Returns(super::returns::ReturnsArgs),
    /// Hand uncertain pairs to a reviewer and take the decisions back; every run follows them
    Review(super::review::ReviewArgs),
}

/// Files that people bring back, and where they go.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// Files that came back
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// The pipeline file whose store takes them
    #[arg(long, value_name = "PIPELINE.toml", required_unless_present = "store", conflicts_with = "store")]
    pipeline: Option<PathBuf>,
    /// The store that takes them
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

impl ImportArgs {
    /// The store that takes the files, and the pipeline where one is named.
    pub(super) fn store(&self) -> Result<(PathBuf, Option<Pipeline>)> {
        let pipeline = self.pipeline.as_deref().map(|path| config::load(path, &Overrides::default())).transpose()?;
        let of_pipeline = pipeline.as_ref().map(|pipeline| pipeline.run.store.clone());
        Ok((self.store.clone().or(of_pipeline).unwrap_or_default(), pipeline))
    }
}

/// The pipeline file and what is said over it.
#[derive(Debug, clap::Args)]
pub(super) struct PipelineArgs {
    /// The pipeline file
    #[arg(value_name = "PIPELINE.toml")]
    pub(super) pipeline: std::path::PathBuf,
    /// The run's date [default: run.as_of of the file, else today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(super) as_of: Option<Date>,
    /// Set a key of the pipeline file, e.g. run.output=DIR; relative paths are relative to the file's folder
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub(super) set: Vec<(String, String)>,
}

impl PipelineArgs {
    pub(super) fn load(&self) -> crate::error::Result<crate::config::Pipeline> {
        let overrides = crate::config::Overrides { as_of: self.as_of, set: self.set.clone() };
        crate::config::load(&self.pipeline, &overrides)
    }
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    text.parse().ok().filter(|_| text.len() == 10).ok_or_else(|| "expected a date such as 2022-03-27".to_owned())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, e.g. run.output=DIR")?;
    if key.trim().is_empty() {
        return Err("expected KEY=VALUE, e.g. run.output=DIR".to_owned());
    }
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// A number of bytes: `8GiB`, `512 MiB`, `8G` (binary), `8GB` (decimal), or plain bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 8GiB, 512MiB or 8GB".to_owned();
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let unit: u64 = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    let bytes = number * unit as f64;
    if bytes >= 1.0 && bytes < u64::MAX as f64 { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(bytes("8GiB"), Ok(8 << 30));
        assert_eq!(bytes("8g"), Ok(8 << 30));
        assert_eq!(bytes(" 1.5 MiB "), Ok(3 << 19));
        assert_eq!(bytes("2GB"), Ok(2_000_000_000));
        assert_eq!(bytes("4096"), Ok(4096));
        for wrong in ["", "GiB", "8 apples", "-1GiB", "0", "1e9", "9999999999999TiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dates_and_settings() {
        assert_eq!(date("2022-03-27"), Ok(jiff::civil::date(2022, 3, 27)));
        assert!(date("27.03.2022").is_err() && date("2022-02-30").is_err() && date("2022-03-27T10:00").is_err());
        assert_eq!(key_value("a.b=c=d"), Ok(("a.b".to_owned(), "c=d".to_owned())));
        assert!(key_value("a.b").is_err() && key_value("=c").is_err());
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
