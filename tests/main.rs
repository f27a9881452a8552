//! The one integration test binary: what holds for the whole program.

#![allow(clippy::unwrap_used, reason = "in a test an unwrap is an assertion")]

mod architecture;
mod cli_help;
mod config_faults;
mod followup_returns;
mod followup_rules;
mod messages;
mod sample_data;
mod source;
