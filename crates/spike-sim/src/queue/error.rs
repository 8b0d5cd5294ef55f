//! Why a queue or a merge did not take a spike: outcomes that a caller acts on.

use thiserror::Error;

/// A spike that was not taken. The queue or merge is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueueError {
    /// No room: take spikes out, then push again.
    #[error("the queue holds {capacity} spikes, which is its capacity; take some out and push again")]
    Full {
        /// Capacity.
        capacity: usize,
    },
    /// The step has passed.
    #[error("step {step} has passed, the queue has reached step {now}; push spikes before their step is taken out")]
    Late {
        /// Step of the spike.
        step: u64,
        /// Earliest step that is taken.
        now: u64,
    },
    /// The step lies beyond the slots of a ring.
    #[error("step {step} lies beyond the ring, whose last step is now {last}; use a longer ring or a heap")]
    BeyondHorizon {
        /// Step of the spike.
        step: u64,
        /// Last step that is taken.
        last: u64,
    },
    /// A queue without room for one spike, or a ring with more slots than can be counted.
    #[error("{what} is {found}, allowed is {min} to {max}")]
    Size {
        /// What was given.
        what: &'static str,
        /// What was found.
        found: usize,
        /// Smallest value.
        min: usize,
        /// Largest value.
        max: usize,
    },
    /// A source sent a spike that is not later than its last one, or earlier than it had promised.
    #[error("a source sent step {step} after it had promised nothing before step {earliest}")]
    Unordered {
        /// Step of the spike.
        step: u64,
        /// Earliest step that is allowed.
        earliest: u64,
    },
    /// Two sources with the same number: their order would depend on how they were added.
    #[error("source {source_id} is there already; give every source its own number")]
    DuplicateSource {
        /// The number.
        source_id: u32,
    },
    /// More rows than there are numbers left for them.
    #[error("{rows} rows from source {first} on exceed the largest number of a source, {}", u32::MAX)]
    SourceRange {
        /// Number of the first row.
        first: u32,
        /// Number of rows.
        rows: usize,
    },
    /// The receiving merge is gone.
    #[error("the merge that this source belongs to is gone")]
    Disconnected,
}
