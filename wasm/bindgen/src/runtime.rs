//! What the standard library would bring, as small as it gets: the module has no use for the rest of it.

use core::arch::wasm32::unreachable;
use core::panic::PanicInfo;

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

/// A call makes few allocations and frees all of them, so the free list is short.
#[global_allocator]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    // SAFETY: the module has no threads: it is built without atomics.
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

/// A trap, which JavaScript catches. What a panic says is not compiled into the module.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unreachable()
}
