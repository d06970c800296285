//! The same work on many items, in several threads.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::mutex::lock;

/// The stack of a thread in bytes: as large as the main thread's, because it reads the same files.
const STACK: usize = 8 << 20;
/// With fewer items than this for each thread, starting a thread takes longer than it saves.
const MIN_ITEMS: usize = 8;

/// Returns the results in the order of the items. One thread for each processor works on them.
pub fn map_on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    map(items, cores.min(items.len() / MIN_ITEMS), work)
}

/// Returns the results in the order of the items. At most `threads` threads work on them, and the caller's alone if that
/// is less than two.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(items.len());
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let take_items = || {
        let mut own = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                break;
            };
            own.push((index, work(item)));
        }
        lock(&results).append(&mut own);
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without one more thread, the others do its share.
            let _ = thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, take_items);
        }
        take_items();
    });
    let mut results = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(map(&items, threads, |item| item * 2), doubled);
        }
        assert_eq!(map_on_all_cores(&items, |item| item * 2), doubled);
        assert_eq!(map(&[], 8, |(): &()| ()), []);
    }

    #[test]
    fn as_many_threads_work_as_were_asked_for() {
        // Each item waits for the others, which takes four threads.
        let barrier = Barrier::new(4);
        let threads = map(&[(); 4], 4, |()| {
            barrier.wait();
            thread::current().id()
        });
        assert_eq!(threads.into_iter().collect::<HashSet<_>>().len(), 4);
    }
}
