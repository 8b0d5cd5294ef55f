//! The common time order of two trains, without a branch that depends on the spikes.

/// Times with −∞ before and +∞ after them, so that a merge needs no test for the end of a train.
pub(crate) fn padded(times: &[f64]) -> Vec<f64> {
    let mut padded = Vec::with_capacity(times.len() + 2);
    padded.push(f64::NEG_INFINITY);
    padded.extend_from_slice(times);
    padded.push(f64::INFINITY);
    padded
}

/// After the first `e` events of both trains in time order, `order[e]` of them are of the first train; of two
/// events at the same time the first train's comes first.
///
/// Both trains are [`padded`]. A branch for each event would be mispredicted every second time; instead the index
/// advances by the outcome of the comparison. One such chain waits for its own loads, hence two of them, one from
/// each end.
pub(crate) fn merge_order(first: &[f64], second: &[f64], order: &mut Vec<u32>) {
    let num_first = first.len() - 2;
    let num_events = num_first + second.len() - 2;
    // What an earlier pair left is overwritten.
    order.resize(num_events + 1, 0);
    order[0] = 0;
    order[num_events] = num_first as u32;
    let (mut low, mut high) = (0usize, num_first);
    for k in 0..num_events / 2 {
        // Padding makes index + 1 the next spike and index the last one.
        low += usize::from(first[low + 1] <= second[k - low + 1]);
        order[k + 1] = low as u32;
        let end = num_events - k;
        high -= usize::from(first[high] > second[end - high]);
        order[end - 1] = high as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_a_stable_sort() {
        let cases: [(&[f64], &[f64]); 6] = [
            (&[1.0, 3.0, 5.0], &[2.0, 3.0, 4.0, 6.0]),
            (&[], &[1.0, 2.0]),
            (&[1.0, 2.0, 3.0], &[]),
            (&[], &[]),
            (&[1.0, 2.0], &[1.0, 2.0]),
            (&[5.0], &[1.0, 2.0, 3.0]),
        ];
        for (first, second) in cases {
            let mut events: Vec<(f64, bool)> = first.iter().map(|&t| (t, true)).collect();
            events.extend(second.iter().map(|&t| (t, false)));
            events.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut expected = vec![0u32];
            for (_, of_first) in &events {
                expected.push(expected[expected.len() - 1] + u32::from(*of_first));
            }
            let mut order = Vec::new();
            merge_order(&padded(first), &padded(second), &mut order);
            assert_eq!(order, expected, "{first:?} {second:?}");
        }
    }
}
