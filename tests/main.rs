//! The one integration test binary: what holds for the whole program.

#![allow(clippy::unwrap_used, reason = "in a test an unwrap is an assertion")]

mod accuracy_nights;
mod architecture;
mod bad_input;
mod cli_help;
mod config_faults;
mod documents;
mod followup_dedicated;
mod followup_nights;
mod followup_office;
mod followup_returns;
mod followup_rules;
mod followup_sums;
mod messages;
mod model_nights;
mod nights;
mod other_data;
mod review_nights;
mod same_bytes;
mod sample_data;
mod sample_night;
mod source;
mod support;
mod texts;
