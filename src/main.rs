//! The `gridlink` program: an allocator and one call.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Freed memory goes back to the system after so many milliseconds. Steps free what the next one allocates again, and
/// pages that went back in between are cleared by the system once more: a tenth of a night's processor time.
const PURGE_DELAY_MS: std::ffi::c_long = 2_000;
/// `mi_option_purge_delay` of mimalloc's `mi_option_t`, which the crate does not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> ExitCode {
    // SAFETY: it stores a number in the allocator's table of options, before any thread is started.
    #[allow(unsafe_code)]
    unsafe {
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, PURGE_DELAY_MS);
    }
    gridlink::cli::main(std::env::args_os(), give_back)
}

/// Returns freed memory to the system now.
fn give_back() {
    // SAFETY: the allocator may be asked at any time, by any thread.
    #[allow(unsafe_code)]
    unsafe {
        libmimalloc_sys::mi_collect(true);
    }
}
