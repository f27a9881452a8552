//! Values that will be read soon, asked for now.
//!
//! A value that no cache holds takes a hundred nanoseconds and more to come, and a loop that needs it before it can go on
//! waits each time. Asked for a few turns ahead, a dozen of them come at once.

/// How many turns ahead a loop asks: far enough that a value is there when its turn comes, near enough that it still is.
pub const AHEAD: usize = 12;

/// Asks the processor for `values[at]`; nothing happens where there is no such value, or on processors without a word for
/// it.
#[inline(always)]
pub fn prefetch<T>(values: &[T], at: usize) {
    if let Some(value) = values.get(at) {
        ask(value);
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(unsafe_code, reason = "a hint: it reads nothing that the program can see, and SSE belongs to every x86-64")]
fn ask<T>(value: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch never faults, whatever the address, and this one is of a value that exists.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn ask<T>(_value: &T) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_outside_are_no_fault() {
        let values = [1_u64, 2, 3];
        for at in [0, 2, 3, usize::MAX] {
            prefetch(&values, at);
        }
        prefetch::<u8>(&[], 0);
        assert_eq!(values, [1, 2, 3]);
    }
}
