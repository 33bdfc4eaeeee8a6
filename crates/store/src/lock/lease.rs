//! A lease that is held.

use super::fence::Fence;
use std::fmt;

/// Given back to where it was taken when it is dropped.
pub(super) struct Lease {
    fence: Fence,
    give_back: Box<dyn Fn(&Fence) + Send + Sync>,
}

impl Lease {
    pub(super) fn new(fence: Fence, give_back: impl Fn(&Fence) + Send + Sync + 'static) -> Self {
        Self {
            fence,
            give_back: Box::new(give_back),
        }
    }

    pub(super) const fn fence(&self) -> &Fence {
        &self.fence
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.fence.let_go();
        (self.give_back)(&self.fence);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.fence).finish()
    }
}
