//! `gridlink init`: looks at dumps and writes a commented pipeline file to edit.

use super::guess::pipeline_text;
use super::terminal::Terminal;
use super::wiring;
use crate::error::{Error, Exit, Result};
use crate::message::Message;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

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
    let heads = wiring::heads(&args.dumps)?;
    if heads.is_empty() {
        let what = Message::new("cli.init_no_dumps").with("folder", args.dumps.display());
        return Err(Error::new(Exit::NoInput, what));
    }
    let folder = args.output.as_ref().and_then(|path| path.parent()).filter(|path| !path.as_os_str().is_empty());
    let folder = folder.map_or_else(std::env::current_dir, std::path::absolute).unwrap_or_default();
    let text = pipeline_text(&heads, &folder, terminal.lang);
    let Some(path) = &args.output else {
        return terminal.data(|out| out.write_all(text.as_bytes()));
    };
    let mut options = OpenOptions::new();
    options.write(true).create(args.force).truncate(args.force).create_new(!args.force);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let what = Message::new("cli.output").with("file", path.display());
        let help = Message::new("cli.init_force");
        let exists = error.kind() == std::io::ErrorKind::AlreadyExists;
        let failed = Error::new(Exit::Output, what).caused_by(error);
        if exists { failed.help(help) } else { failed }
    })?;
    terminal.say(&Message::new("cli.init_done").with("file", path.display()).with("dumps", heads.len()));
    Ok(())
}
