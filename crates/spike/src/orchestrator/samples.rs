//! Where samples come from: memory, files, any iterator, or a thread that is still running.

use crate::orchestrator::error::StageError;
use crate::orchestrator::lane::{Closed, Closer, Received, Receiver, Refused, Sender, lane};
use ndarray::ArrayView2;
use spike_io::SampleSource;
use std::fmt;

/// The values of one sample, and its label if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// As many values as the encoder takes, in the caller's units.
    pub values: Vec<f64>,
    /// Its class, for read-outs that are compared with it.
    pub label: Option<u32>,
}

/// A source of samples, read one after the other as the pipeline has room.
///
/// A run of a pipeline stops reading as soon as it has failed or its consumer has had enough. A live source is woken
/// then; an iterator that blocks for ever cannot be.
///
/// ```
/// use ndarray::array;
/// use spike::Samples;
/// let two = array![[0.0, 1.0], [0.5, 0.25]];
/// let labelled = Samples::from_array(two.view()).with_labels([7, 8]);
/// let (sender, live) = Samples::live(4);
/// std::thread::spawn(move || sender.send(vec![0.1, 0.2], None));
/// # drop((labelled, live));
/// ```
pub struct Samples<'a> {
    feed: Feed<'a>,
    labels: Option<Box<dyn Iterator<Item = u32> + Send + 'a>>,
}

/// What an iterator of samples gives.
type Next = Result<Sample, StageError>;

enum Feed<'a> {
    Iterator(Box<dyn Iterator<Item = Next> + Send + 'a>),
    File { source: Box<dyn SampleSource>, values: Vec<f64> },
    Live(Receiver<Sample>),
}

impl fmt::Debug for Samples<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.feed {
            Feed::Iterator(_) => "iterator",
            Feed::File { .. } => "file",
            Feed::Live(_) => "live",
        };
        f.debug_struct("Samples").field("kind", &kind).field("labelled", &self.labels.is_some()).finish()
    }
}

impl<'a> Samples<'a> {
    /// Rows of an array of shape (sample, value).
    #[must_use]
    pub fn from_array(values: ArrayView2<'a, f64>) -> Self {
        let rows = (0..values.nrows()).map(move |row| values.row(row).iter().copied().collect());
        Self::from_values(rows)
    }

    /// Any iterator of the values of a sample.
    #[must_use]
    pub fn from_values(values: impl Iterator<Item = Vec<f64>> + Send + 'a) -> Self {
        Self::of(Feed::Iterator(Box::new(values.map(|values| Ok(Sample { values, label: None })))))
    }

    /// Any iterator of samples that can fail: an error ends the run and names the sample.
    #[must_use]
    pub fn from_results<E>(samples: impl Iterator<Item = Result<Sample, E>> + Send + 'a) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let samples = samples.map(|sample| sample.map_err(|error| StageError::Source(error.into())));
        Self::of(Feed::Iterator(Box::new(samples)))
    }

    /// The samples of a file that follow its present position, read piece by piece.
    #[must_use]
    pub fn from_source(source: Box<dyn SampleSource>) -> Self {
        Self::of(Feed::File { source, values: Vec::new() })
    }

    /// A source that another thread feeds, with room for `capacity` samples (at least one). Dropping the sender ends
    /// the source.
    #[must_use]
    pub fn live(capacity: usize) -> (SampleSender, Self) {
        let (sender, receiver) = lane(capacity);
        (SampleSender(Some(sender)), Self::of(Feed::Live(receiver)))
    }

    /// Gives every sample a label, in order; more labels than samples are left over, fewer are an error.
    #[must_use]
    pub fn with_labels(mut self, labels: impl IntoIterator<Item = u32, IntoIter: Send + 'a>) -> Self {
        self.labels = Some(Box::new(labels.into_iter()));
        self
    }

    fn of(feed: Feed<'a>) -> Self {
        Self { feed, labels: None }
    }

    /// Appends up to `max` samples and returns whether there may be more. After an error `into` holds those before it.
    pub(super) fn read(&mut self, max: usize, size: usize, into: &mut Vec<Sample>) -> Result<bool, StageError> {
        for place in 0..max {
            let mut sample = match &mut self.feed {
                Feed::Iterator(samples) => match samples.next() {
                    Some(sample) => sample?,
                    None => return Ok(false),
                },
                Feed::File { source, values } => {
                    values.clear();
                    if source.read_samples(1, values).map_err(StageError::Read)? == 0 {
                        return Ok(false);
                    }
                    Sample { values: values.clone(), label: None }
                }
                // What has come is passed on before more is waited for.
                Feed::Live(receiver) if place > 0 => match receiver.try_receive() {
                    Some(sample) => sample,
                    None => return Ok(true),
                },
                Feed::Live(receiver) => match receiver.receive().0 {
                    Received::Item(sample) => sample,
                    Received::End => return Ok(false),
                    Received::Aborted => return Err(StageError::LostSender),
                },
            };
            if sample.values.len() != size {
                return Err(StageError::SampleSize { expected: size, found: sample.values.len() });
            }
            if let Some(labels) = &mut self.labels {
                sample.label = Some(labels.next().ok_or(StageError::NoLabel)?);
            }
            into.push(sample);
        }
        Ok(true)
    }

    /// Wakes a live source when it is dropped.
    pub(super) fn waker(&self) -> Waker {
        Waker(match &self.feed {
            Feed::Live(receiver) => Some(receiver.closer()),
            _ => None,
        })
    }
}

/// Ends the wait of a live source, also when the thread that holds it unwinds.
#[derive(Debug)]
pub(super) struct Waker(Option<Closer<Sample>>);

impl Drop for Waker {
    fn drop(&mut self) {
        if let Some(closer) = &self.0 {
            closer.close();
        }
    }
}

/// The sending end of a live source.
#[derive(Debug)]
pub struct SampleSender(Option<Sender<Sample>>);

/// A live source that takes no sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// No room now.
    #[error("{capacity} samples wait for the pipeline, which is the capacity of the live source; send again later")]
    Full {
        /// Capacity.
        capacity: usize,
    },
    /// The run is over.
    #[error("the pipeline has ended and takes no more samples")]
    Ended,
}

impl SampleSender {
    /// Sends a sample, and waits until there is room.
    ///
    /// # Errors
    /// [`SendError::Ended`].
    pub fn send(&self, values: Vec<f64>, label: Option<u32>) -> Result<(), SendError> {
        let sender = self.0.as_ref().ok_or(SendError::Ended)?;
        sender.send(Sample { values, label }).map(|_| ()).map_err(|Closed(_)| SendError::Ended)
    }

    /// Sends a sample if there is room.
    ///
    /// # Errors
    /// [`SendError::Full`] and [`SendError::Ended`].
    pub fn try_send(&self, values: Vec<f64>, label: Option<u32>) -> Result<(), SendError> {
        let sender = self.0.as_ref().ok_or(SendError::Ended)?;
        sender.try_send(Sample { values, label }).map_err(|refused| match refused {
            Refused::Full => SendError::Full { capacity: sender.capacity() },
            Refused::Closed => SendError::Ended,
        })
    }
}

impl Drop for SampleSender {
    fn drop(&mut self) {
        // A thread that panics has not sent all that it wanted to.
        if !std::thread::panicking()
            && let Some(sender) = self.0.take()
        {
            sender.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn samples_are_read_in_pieces_with_their_labels() {
        let values = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let mut samples = Samples::from_array(values.view()).with_labels([4, 5, 6, 7]);
        let mut found = Vec::new();
        assert!(samples.read(2, 2, &mut found).unwrap());
        assert!(!samples.read(2, 2, &mut found).unwrap());
        assert_eq!(found[2], Sample { values: vec![5.0, 6.0], label: Some(6) });
        let error = Samples::from_array(values.view()).read(1, 3, &mut found).unwrap_err();
        assert!(matches!(error, StageError::SampleSize { expected: 3, found: 2 }));
        let mut short = Samples::from_array(values.view()).with_labels([4]);
        found.clear();
        assert!(matches!(short.read(3, 2, &mut found), Err(StageError::NoLabel)));
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_live_source_passes_on_what_has_come() {
        let (sender, mut samples) = Samples::live(2);
        let mut found = Vec::new();
        sender.send(vec![1.0], Some(3)).unwrap();
        sender.try_send(vec![2.0], None).unwrap();
        assert_eq!(sender.try_send(vec![3.0], None), Err(SendError::Full { capacity: 2 }));
        assert!(samples.read(8, 1, &mut found).unwrap());
        assert_eq!((found.len(), found[0].label), (2, Some(3)));
        drop(sender);
        assert!(!samples.read(8, 1, &mut found).unwrap());
        let (sender, samples) = Samples::live(1);
        drop(samples);
        assert_eq!(sender.send(vec![1.0], None), Err(SendError::Ended));
        assert_eq!(sender.try_send(vec![1.0], None), Err(SendError::Ended));
    }

    #[test]
    fn a_sender_that_is_lost_in_a_panic_is_no_end() {
        let (sender, mut samples) = Samples::live(1);
        let panicked = std::thread::spawn(move || {
            sender.send(vec![1.0], None).unwrap();
            panic!("a test of what a panic leaves behind");
        });
        assert!(panicked.join().is_err());
        let mut found = Vec::new();
        assert!(samples.read(1, 1, &mut found).unwrap());
        assert!(matches!(samples.read(1, 1, &mut found), Err(StageError::LostSender)));
    }
}
