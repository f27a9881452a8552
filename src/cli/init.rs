//! `gridlink init`: looks at dumps and writes a commented pipeline file to edit.

use super::guess::{Around, directory, pipeline_text};
use super::terminal::Terminal;
use super::wiring;
use crate::error::{Error, Exit, Result};
use crate::followup::shipped;
use crate::message::Message;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct InitArgs {
    /// Folder of dumps
    #[arg(value_name = "DUMP_DIR")]
    dumps: PathBuf,
    /// Pipeline file to write [default: stdout]
    #[arg(long, short, value_name = "P.toml")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

/// Writes the pipeline file. An existing file is somebody's work and stays unless told otherwise.
pub(super) fn run(args: &InitArgs, terminal: &Terminal) -> Result<()> {
    let (heads, unread) = wiring::heads(&args.dumps)?;
    if heads.is_empty() {
        let what = Message::new("cli.init_no_dumps").with("folder", args.dumps.display());
        return Err(Error::new(Exit::NoInput, what));
    }
    let folder = args.output.as_ref().and_then(|path| path.parent()).filter(|path| !path.as_os_str().is_empty());
    let folder = folder.map_or_else(std::env::current_dir, std::path::absolute).unwrap_or_default();
    let city_code = directory(&heads).and_then(|(path, column)| wiring::city_code(path, column));
    let rules = args.output.as_ref().map(|_| RULES);
    let around = Around { folder: &folder, city_code: city_code.as_deref(), rules, lang: terminal.lang };
    let text = pipeline_text(&heads, &unread, around);
    let Some(path) = &args.output else {
        return terminal.data(|out| out.write_all(text.as_bytes()));
    };
    write_new(path, &text, args.force).map_err(|error| {
        let what = Message::new("cli.output").with("file", path.display());
        let help = Message::new("cli.init_force");
        let exists = error.kind() == ErrorKind::AlreadyExists;
        let failed = Error::new(Exit::Output, what).caused_by(error);
        if exists { failed.help(help) } else { failed }
    })?;
    write_rules(&folder.join(RULES))?;
    terminal.say(&Message::new("cli.init_done").with("file", path.display()).with("dumps", heads.len()));
    Ok(())
}

/// The rules' SQL stands in this folder beside the pipeline file.
const RULES: &str = "rules";

/// Writes the rules that come with the program. One that is there already is somebody's work and stays.
fn write_rules(folder: &Path) -> Result<()> {
    let failed = |path: &Path, error| {
        Error::new(Exit::Output, Message::new("cli.output").with("file", path.display())).caused_by(error)
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for rule in shipped::RULES {
        let path = folder.join(format!("{}.sql", rule.name));
        match write_new(&path, rule.sql, false) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(&path, error)),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a file that is not there yet, or, with `force`, replaces it.
fn write_new(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(force).truncate(force).create_new(!force);
    options.open(path)?.write_all(text.as_bytes())
}
