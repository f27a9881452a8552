//! The one integration test binary: what holds for the whole program.

mod architecture;
mod cli_help;
mod config_faults;
mod messages;
mod source;
