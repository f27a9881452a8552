//! The `gridlink` program: an allocator and one call.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gridlink::cli::main(std::env::args_os())
}
