//! The command line: arguments become settings, one call does the work, and what comes back is shown. Data goes to
//! stdout and everything else to stderr. Nothing is decided here that a program calling the library would miss.

mod args;
mod check;
mod eval;
mod explain;
mod guess;
mod guess_rules;
mod guess_words;
mod init;
mod progress;
mod query;
mod render;
mod returns;
mod review;
mod run;
mod synth;
mod terminal;
mod waterfall;
mod wiring;

use crate::error::{Error, Exit};
use crate::message::Message;
use args::{Args, Command};
use clap::Parser;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use terminal::Terminal;

/// Where the last panic happened: file and line of the source, never its text, which might hold a value.
static PANICKED_AT: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program with these arguments (the first is its own name); `give_back` makes its allocator return freed memory
/// to the system. Gives the exit code, see
/// [`Exit`].
pub fn main(arguments: impl IntoIterator<Item = OsString>, give_back: fn()) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to complain about a help text.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { 0 });
        }
    };
    let terminal = Terminal::new(&args.global);
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(|| "?".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        if let Ok(mut panicked) = PANICKED_AT.lock() {
            *panicked = Some(place);
        }
    }));
    let result =
        catch_unwind(AssertUnwindSafe(|| dispatch(&args.command, give_back, &terminal))).unwrap_or_else(|_| {
            let place = PANICKED_AT.lock().ok().and_then(|mut place| place.take()).unwrap_or_else(|| "?".to_owned());
            let what = Message::new("cli.bug").with("place", place).with("version", env!("CARGO_PKG_VERSION"));
            Err(Error::new(Exit::Bug, what).help(Message::new("cli.bug_help")))
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(error.exit as u8)
        }
    }
}

fn dispatch(command: &Command, give_back: fn(), terminal: &Terminal) -> crate::error::Result<()> {
    match command {
        Command::Run(args) => run::run(args, give_back, terminal),
        Command::Check(args) => check::run(args, terminal),
        Command::Init(args) => init::run(args, terminal),
        Command::Eval(args) => eval::run(args, terminal),
        Command::Explain(args) => explain::run(args, terminal),
        Command::Query(args) => query::run(args, terminal),
        Command::Synth(args) => synth::run(args, terminal),
        Command::Returns(args) => returns::run(args, terminal),
        Command::Review(args) => review::run(args, terminal),
    }
}
