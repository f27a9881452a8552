//! `gridlink synth`: an invented city with dumps in all formats and the truth.

use super::args::date;
use super::terminal::Terminal;
use super::wiring::{self, CitySettings};
use crate::error::Result;
use crate::message::Message;
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct SynthArgs {
    /// Folder to write to
    out: PathBuf,
    /// Number of persons
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    persons: u64,
    /// The same number gives the same city
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Day on which the dumps were made
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, default_value = "2022-03-27")]
    as_of: Date,
}

/// Writes the city.
pub(super) fn run(args: &SynthArgs, terminal: &Terminal) -> Result<()> {
    let settings = CitySettings { persons: args.persons, seed: args.seed, as_of: args.as_of };
    wiring::write_city(&args.out, settings, &*terminal.sink())?;
    terminal.say(&Message::new("cli.synth_done").with("folder", args.out.display()));
    Ok(())
}
