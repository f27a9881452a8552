//! Pieces of work beside each other, in each of which the SQL engine keeps to the thread that it was called on.

use polars_async::executor::ALLOW_RAYON_THREADS;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `work` makes of each of `0..n`, in that order, on up to `threads` threads, which take them up as they stand in
/// `order`.
pub(super) fn each<T: Send>(order: &[usize], threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let count = order.len();
    let next = AtomicUsize::new(0);
    let made: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(count));
    let take_turns = || {
        loop {
            let Some(&number) = order.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let one = work(number);
            made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, one));
        }
    };
    let alone = || {
        // The engine asks this of the thread: it ends with the scope, and the word with it.
        ALLOW_RAYON_THREADS.set(false);
        take_turns();
    };
    std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().name("rules".into()).spawn_scoped(scope, alone).is_ok();
        let spawned = (0..threads.clamp(1, count.max(1))).filter(|&number| spawn(number)).count();
        if spawned == 0 {
            // No thread to be had: the calling one does the work, and the engine brings its own.
            take_turns();
        }
    });
    let mut made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    made.sort_unstable_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for threads in [0, 1, 2, 9] {
            let made = each(&[3, 0, 4, 2, 1], threads, |number| (number * 10, ALLOW_RAYON_THREADS.get()));
            assert_eq!(made, [0, 10, 20, 30, 40].map(|number| (number, false)));
        }
        assert!(each(&[], 2, |_| ()).is_empty());
        assert!(ALLOW_RAYON_THREADS.get(), "other threads keep their ways");
    }
}
