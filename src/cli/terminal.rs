//! The two streams of the terminal: data on stdout, all that is said on stderr, in the language and colours asked for.

use super::args::{Global, LangArg};
use super::progress::{PlainLog, ProgressBars, Quiet};
use crate::error::{Error, Exit, Result};
use crate::events::EventSink;
use crate::message::{Lang, Message};
use std::io::{self, IsTerminal, Write};

/// How to speak to the user.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) lang: Lang,
    quiet: bool,
    color: bool,
    color_out: bool,
    bars: bool,
}

impl Terminal {
    pub(super) fn new(global: &Global) -> Self {
        let lang = match global.lang {
            Some(LangArg::Zh) => Lang::Zh,
            Some(LangArg::En) => Lang::En,
            None => lang_of(|name| std::env::var(name).ok()),
        };
        let plain = global.no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let tty = io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let color_out =
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb") && !plain;
        Self { lang, quiet: global.quiet, color: tty && !plain, color_out, bars: tty && !plain }
    }

    /// Where the events of a run go.
    pub(super) fn sink(&self) -> Box<dyn EventSink> {
        if self.quiet {
            Box::new(Quiet::new(self.lang))
        } else if self.bars {
            Box::new(ProgressBars::new(self.lang))
        } else {
            Box::new(PlainLog::new(self.lang))
        }
    }

    /// Says something, unless told to be quiet.
    pub(super) fn say(&self, message: &Message) {
        if !self.quiet {
            // When stderr is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{}", message.render(self.lang));
        }
    }

    /// Tells an error with everything that belongs to it.
    pub(super) fn error(&self, error: &Error) {
        let word = Message::new("cli.error").render(self.lang);
        let text = error.render(self.lang);
        let _ = match self.color {
            true => writeln!(io::stderr(), "\x1b[1;31m{word}\x1b[0m {text}"),
            false => writeln!(io::stderr(), "{word} {text}"),
        };
    }

    /// Writes data to stdout. A reader that has seen enough (`| head`) is no error.
    ///
    /// # Errors
    /// [`Exit::Io`] if stdout cannot be written for another reason.
    pub(super) fn data(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // What is left in the buffer would fail once more when it is dropped.
                let _ = out.into_parts();
                Ok(())
            }
            Err(error) => Err(Error::new(Exit::Io, Message::new("cli.stdout")).caused_by(error)),
            Ok(()) => Ok(()),
        }
    }

    /// Whether data on stdout may be coloured.
    pub(super) fn color_out(&self) -> bool {
        self.color_out
    }

    /// Columns of the terminal on stdout; `None` if stdout is none.
    pub(super) fn width(&self) -> Option<usize> {
        let stdout = io::stdout();
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout)).flatten().map(|(w, _)| w.0.into())
    }

    /// Rows of the terminal on stdout; `None` if stdout is none.
    pub(super) fn height(&self) -> Option<usize> {
        let stdout = io::stdout();
        stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout)).flatten().map(|(_, h)| h.0.into())
    }
}

/// The language that the environment asks for: LC_ALL, then LC_MESSAGES, then LANG.
fn lang_of(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let value = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name).filter(|v| !v.is_empty()));
    match value {
        Some(value) if value.to_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_seen_enough_is_no_error() {
        let terminal = Terminal { lang: Lang::En, quiet: true, color: false, color_out: false, bars: false };
        let fails = |kind: io::ErrorKind| terminal.data(|_| Err(kind.into()));
        assert!(fails(io::ErrorKind::BrokenPipe).is_ok());
        assert_eq!(fails(io::ErrorKind::StorageFull).expect_err("disk full").exit, Exit::Io);
    }

    #[test]
    fn the_language_of_the_environment() {
        let with = |pairs: &'static [(&str, &str)]| {
            lang_of(move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(with(&[]), Lang::En);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")]), Lang::Zh);
    }
}
