//! Reads everything that bytes hold, twice, and checks what every reader promises.

use spike_io::{InputFormat, OpenOptions, SampleSource, from_bytes};

/// No reader yields more values per byte: deflate expands by at most 1032, and a bit becomes up to four channels.
const VALUES_PER_BYTE: usize = 1032 * 8 * 4;

pub(crate) fn drain(data: &[u8], format: InputFormat, options: &OpenOptions) {
    let Ok(mut source) = from_bytes(data.to_vec(), Some(format), options) else {
        return;
    };
    let limit = data.len() * VALUES_PER_BYTE;
    let num_samples = source.shape().num_samples();
    let (first, complete) = sum(&mut *source, num_samples / 3 + 1, limit);
    if source.rewind().is_err() || source.skip_samples(0).is_err() {
        panic!("bytes in memory can be read again");
    }
    let (second, complete_again) = sum(&mut *source, num_samples / 2 + 1, limit);
    if complete && complete_again {
        assert_eq!(first, second, "reading again gives the same values");
    }
    assert_eq!(complete, complete_again, "the size of a piece decides nothing");
}

/// An order-sensitive sum of the bits, and whether the end was reached.
fn sum(source: &mut dyn SampleSource, piece: usize, limit: usize) -> (u64, bool) {
    let num_features = source.shape().num_features();
    let (mut values, mut bits, mut total) = (Vec::new(), 0u64, 0);
    loop {
        values.clear();
        match source.read_samples(piece, &mut values) {
            Ok(0) => break,
            Ok(found) => assert_eq!(values.len(), found * num_features),
            Err(error) => {
                assert!(values.is_empty(), "an error leaves no values: {error}");
                assert!(values.capacity() <= 2 * limit + 64, "memory follows the bytes");
                return (bits, false);
            }
        }
        assert!(values.capacity() <= 2 * limit + 64, "memory follows the bytes");
        total += values.len();
        assert!(total <= limit, "values follow the bytes");
        for value in &values {
            bits = bits.rotate_left(5) ^ value.to_bits();
        }
    }
    assert_eq!(total, source.shape().num_values(), "the shape holds");
    (bits, true)
}
