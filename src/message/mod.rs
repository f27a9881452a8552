//! Every text that a user can see, in English and Chinese, from one catalogue: a table of rows per area of the program.
//!
//! A message is a key with named arguments, so that an error raised deep inside a step is still read in the language
//! that the user asked for. `{name}` in a text is replaced by the argument of that name.

mod cli;
mod config;
mod explain;
mod followup;
mod ingest;
mod link;
mod publish;
mod report;
mod returns;
mod review;
mod run;
mod store;
mod synth;

use std::fmt::Display;

/// The language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// One row of the catalogue: key, English, Chinese.
type Row = (&'static str, &'static str, &'static str);

const CATALOGUE: &[&[Row]] = &[
    cli::ROWS,
    config::ROWS,
    explain::ROWS,
    followup::ROWS,
    ingest::ROWS,
    link::ROWS,
    publish::ROWS,
    report::ROWS,
    returns::ROWS,
    review::ROWS,
    run::ROWS,
    store::ROWS,
    synth::ROWS,
];

/// A text of the catalogue with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    key: &'static str,
    args: Vec<(&'static str, String)>,
}

impl Message {
    /// The message of that key. A test holds every key used in `src/` against the catalogue.
    pub fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// Sets the argument `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// The key, which scripts may rely on where the text may change.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The text in that language; the key itself where the catalogue has no such row.
    pub fn render(&self, lang: Lang) -> String {
        let row = CATALOGUE.iter().flat_map(|rows| rows.iter()).find(|row| row.0 == self.key);
        let Some(&(_, en, zh)) = row else { return self.key.to_owned() };
        let mut rest = if lang == Lang::Zh { zh } else { en };
        let mut text = String::with_capacity(rest.len() + 32);
        // One pass, so that an argument that holds braces is never expanded again.
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match self.args.iter().find(|(arg, _)| *arg == name) {
                Some((_, value)) => text.push_str(value),
                None => text.extend(["{", name, "}"]),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// Rows of the catalogue, for tests that hold the two languages against each other.
pub fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CATALOGUE.iter().flat_map(|rows| rows.iter().copied())
}
