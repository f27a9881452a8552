//! The one error type. An error is written for a person: what happened, where, what is allowed and the next step,
//! in the language asked for, and it carries the exit code that a timer or a script will see.
//!
//! No person's value may ever be put into an error: name the file, the line, the key or the column instead.

use crate::message::{Lang, Message};
use std::fmt;

/// `Result` with the crate's own [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The documented exit codes, after BSD's sysexits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Wrong arguments on the command line.
    Usage = 2,
    /// Input that cannot be used, or a gate that stopped publication.
    Data = 65,
    /// A required input is missing.
    NoInput = 66,
    /// A bug in the program itself.
    Bug = 70,
    /// An output file or folder cannot be created.
    Output = 73,
    /// Reading or writing failed: disk full, broken device.
    Io = 74,
    /// Another run holds the lock.
    Locked = 75,
    /// The pipeline file has faults.
    Config = 78,
}

/// What went wrong, with the next step.
#[derive(Debug)]
pub struct Error {
    /// The exit code of the process.
    pub exit: Exit,
    /// What happened and where.
    pub what: Message,
    /// The next step, if there is one worth saying.
    pub help: Option<Message>,
    /// Further faults of the same kind: every configuration fault at once, one each.
    pub faults: Vec<Message>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error that ends the process with `exit`.
    pub fn new(exit: Exit, what: Message) -> Self {
        Self { exit, what, help: None, faults: Vec::new(), source: None }
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, help: Message) -> Self {
        self.help = Some(help);
        self
    }

    /// Adds the list of single faults.
    #[must_use]
    pub fn faults(mut self, faults: Vec<Message>) -> Self {
        self.faults = faults;
        self
    }

    /// Adds the error below this one. Its text is shown, so it must hold no person's value.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The whole error as text: the message, its faults, its cause, the next step.
    pub fn render(&self, lang: Lang) -> String {
        let mut out = self.what.render(lang);
        for fault in &self.faults {
            out.push_str("\n  - ");
            out.push_str(&fault.render(lang).replace('\n', "\n    "));
        }
        if let Some(source) = &self.source {
            out.push_str(&format!("\n  ({source})"));
        }
        if let Some(help) = &self.help {
            out.push('\n');
            out.push_str(&help.render(lang));
        }
        out
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Lang::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
