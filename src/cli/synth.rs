//! `gridlink synth`: an invented city with dumps in all formats and the truth.

use super::args::date;
use super::terminal::Terminal;
use super::wiring;
use crate::error::Result;
use crate::message::Message;
use crate::synth::{CitySettings, SurnameMix};
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
    /// Error rates: 1 usual, 0.5 half, 2 double, 0 clean
    #[arg(long, value_name = "RATE", default_value_t = 1.0)]
    damage: f64,
    /// Which names are frequent
    #[arg(long, value_enum, default_value_t = Surnames::Usual)]
    surnames: Surnames,
    /// A source that makes no dump; may be given again
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// Nobody has an identity number
    #[arg(long)]
    no_ids: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Surnames {
    Usual,
    Southern,
    MinorityRich,
}

/// Writes the city.
pub(super) fn run(args: &SynthArgs, terminal: &Terminal) -> Result<()> {
    let settings = CitySettings {
        persons: args.persons,
        seed: args.seed,
        damage: args.damage,
        surnames: match args.surnames {
            Surnames::Usual => SurnameMix::Usual,
            Surnames::Southern => SurnameMix::Southern,
            Surnames::MinorityRich => SurnameMix::MinorityRich,
        },
        without: args.without.clone(),
        no_ids: args.no_ids,
        as_of: args.as_of,
    };
    wiring::write_city(&args.out, &settings, &*terminal.sink())?;
    terminal.say(&Message::new("cli.synth_done").with("folder", args.out.display()));
    Ok(())
}
