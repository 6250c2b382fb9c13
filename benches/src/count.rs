//! An allocator that counts: how often memory is asked for, by Rust code and in this thread, and how much is held.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<Held> = const { Cell::new(Held { now: 0, peak: 0 }) };
}

/// Bytes that this thread has asked for and not given back. Below zero where it gives back what others asked for.
#[derive(Clone, Copy)]
struct Held {
    now: i64,
    peak: i64,
}

/// Counts and hands on to the system's allocator. C libraries have their own way to it and are not seen.
pub struct Counting;

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; each call goes to the system's as it came")]
// SAFETY: every method is the system allocator's own, with the caller's arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        hold(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        hold(layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // Both for a moment, as where the memory has to move.
        hold(size, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        hold(0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn count() {
    // A thread that ends has no counter any more, and is not measured.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

fn hold(more: usize, less: usize) {
    let _ = HELD.try_with(|held| {
        let Held { now, peak } = held.get();
        let most = now + more as i64;
        held.set(Held { now: most - less as i64, peak: peak.max(most) });
    });
}

/// Returns how many bytes this thread has held at most while `work` ran, beyond those that it held before. The binary must
/// install [`Counting`].
pub fn peak(work: impl FnOnce()) -> u64 {
    let before = HELD.with(|held| {
        let now = held.get().now;
        held.set(Held { now, peak: now });
        now
    });
    work();
    u64::try_from(HELD.with(Cell::get).peak - before).unwrap_or(0)
}

/// Returns how often this thread has asked for memory while `work` ran. The binary must install [`Counting`].
pub fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}
