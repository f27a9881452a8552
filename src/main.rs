//! The `gridlink` program: an allocator and one call.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Freed memory goes back to the system when a night holds too much, and not after so many milliseconds, which none takes.
/// Steps free what the next one allocates again, and pages that went back in between are cleared by the system once more:
/// a tenth of a night's processor time. When its time has come, the allocator gives back all that is free at that moment,
/// be it freed just now. (A negative number would forbid [`give_back`], too.)
const PURGE_DELAY_MS: std::ffi::c_long = 24 * 60 * 60 * 1000;
/// `mi_option_purge_delay` of mimalloc's `mi_option_t`, which the crate does not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// `mi_option_allow_large_os_pages`, on: columns of many megabytes in pages of two each. Rows are read here and there all
/// night, and the processor finds a few thousand large pages faster than a million small ones.
const LARGE_PAGES: libmimalloc_sys::mi_option_t = 6;

fn main() -> ExitCode {
    // SAFETY: it stores numbers in the allocator's table of options, before any thread is started.
    #[allow(unsafe_code)]
    unsafe {
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, PURGE_DELAY_MS);
        libmimalloc_sys::mi_option_set_default(LARGE_PAGES, 1);
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
