//! An allocator that only ever moves forward.
//!
//! The host gives every call a fresh instance and drops its whole memory afterwards, so freeing is wasted
//! work. The component model allocates once for every string and list that crosses the boundary, hundreds of
//! times an item, which makes the allocator the hottest function of a connector: here it is one addition and
//! one comparison. The newest block still grows, shrinks and is freed in place, as that is how buffers that
//! are being written behave. How much memory a call may take is the host's limit; past it, growing fails and
//! the call traps.
//!
//! It takes all memory behind the stack for its own, so it is only for targets without a C library, whose
//! `malloc` does the same.

#![expect(unsafe_code, reason = "a global allocator is unsafe by definition; this one is twenty lines")]

use core::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    cell::Cell,
    ptr,
};

const PAGE: usize = 64 * 1024;

/// Memory is asked for in steps of this size, because every step is a call into the host.
const STEP: usize = 16 * PAGE;

unsafe extern "C" {
    /// Laid by the linker behind data and stack; from here to the memory's initial size is free.
    safe static __heap_base: u8;
}

struct Bump {
    /// First free address; 0 before the first allocation.
    next: Cell<usize>,
    /// First address that is not ours.
    end: Cell<usize>,
}

// SAFETY: the component model runs an instance on one thread, and no allocation happens inside another.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

impl Bump {
    /// Makes room up to `end`, or says that there is none.
    #[cold]
    #[inline(never)]
    fn grow(&self, end: usize) -> bool {
        let missing = end.saturating_sub(self.end.get());
        let (wanted, needed) = (missing.next_multiple_of(STEP) / PAGE, missing.div_ceil(PAGE));
        let grown = |pages: usize| wasm32::memory_grow::<0>(pages) != usize::MAX;
        if !grown(wanted) && !grown(needed) {
            return false;
        }
        self.end.set(wasm32::memory_size::<0>().saturating_mul(PAGE));
        true
    }

    /// Moves `next` to `end`, growing the memory when needed.
    #[inline]
    fn claim(&self, end: usize) -> bool {
        if end > self.end.get() && !self.grow(end) {
            return false;
        }
        self.next.set(end);
        true
    }

    #[inline]
    fn is_newest(&self, block: *mut u8, size: usize) -> bool {
        block as usize + size == self.next.get()
    }
}

// SAFETY: blocks never overlap, because `next` only moves back to the start of the newest block, which its
// owner has just given up; they lie below `end`, up to which the memory has been grown.
unsafe impl GlobalAlloc for Bump {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set((&raw const __heap_base).addr());
            self.end.set(wasm32::memory_size::<0>() * PAGE);
        }
        let mask = layout.align() - 1;
        let Some(end_of_gap) = self.next.get().checked_add(mask) else { return ptr::null_mut() };
        let start = end_of_gap & !mask;
        match start.checked_add(layout.size()) {
            Some(end) if self.claim(end) => start as *mut u8,
            _ => ptr::null_mut(),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.is_newest(block, layout.size()) {
            self.next.set(block as usize);
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if self.is_newest(block, layout.size()) {
            return match (block as usize).checked_add(size) {
                Some(end) if self.claim(end) => block,
                _ => ptr::null_mut(),
            };
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: `size` is larger than a size that fitted; the new block does not overlap the old one.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size());
            }
            moved
        }
    }
}
