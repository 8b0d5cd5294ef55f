//! Spike trains as packets.

use super::{EieioData, EieioElement, EieioError, EieioHeader, EieioType};
use spike_core::{Event, SpikeView};

/// The spikes of a view as packets of 32-bit keys with a time: step by step, each packet with the step as the time of
/// its keys. `keys[neuron]` is the key of a neuron, as the database of the toolchain lists it.
///
/// # Errors
/// [`EieioError::Keys`] if there is not one key for each neuron.
///
/// ```
/// use spike_core::{SpikeTrain, TimeGrid};
/// use spike_hw::eieio::timed_spikes;
/// let train = SpikeTrain::from_neurons(TimeGrid::from_ms(10.0, 1.0)?, &[vec![4, 9], vec![4]])?;
/// let packets = timed_spikes(train.view(), &[0x70000, 0x70001])?;
/// assert_eq!(packets.len(), 2);
/// assert_eq!(packets[0].header().payload_base, Some(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn timed_spikes(spikes: SpikeView<'_>, keys: &[u32]) -> Result<Vec<EieioData>, EieioError> {
    let header =
        |step| EieioHeader { payload_base: Some(step), payload_is_time: true, ..EieioHeader::plain(EieioType::Key32) };
    Ok(packets(spikes, keys, header)?.into_iter().map(|(_, packet)| packet).collect())
}

/// The spikes of a view as packets of 32-bit keys without a time, each with the step in which it has to be sent: what
/// a live injector takes.
///
/// # Errors
/// As [`timed_spikes`].
pub fn live_spikes(spikes: SpikeView<'_>, keys: &[u32]) -> Result<Vec<(u32, EieioData)>, EieioError> {
    packets(spikes, keys, |_| EieioHeader::plain(EieioType::Key32))
}

fn packets(
    spikes: SpikeView<'_>,
    keys: &[u32],
    header: impl Fn(u32) -> EieioHeader,
) -> Result<Vec<(u32, EieioData)>, EieioError> {
    if keys.len() != spikes.num_neurons() {
        return Err(EieioError::Keys { found: keys.len(), neurons: spikes.num_neurons() });
    }
    let events = spikes.events();
    let mut packets = Vec::new();
    for step in events.chunk_by(|a, b| a.step == b.step) {
        let header = header(step[0].step);
        let element = |event: &Event| EieioElement { key: keys[event.neuron as usize], payload: None };
        for events in step.chunks(header.max_elements()) {
            packets.push((step[0].step, EieioData::new(header, events.iter().map(element).collect())?));
        }
    }
    Ok(packets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spike_core::{SpikeTrain, TimeGrid};

    #[test]
    fn every_spike_is_in_a_packet_and_packets_are_full() {
        let grid = TimeGrid::new(1_000_000, 3).unwrap();
        let train = SpikeTrain::from_neurons(grid, &vec![vec![0, 2]; 130]).unwrap();
        let keys: Vec<u32> = (1000..1130).collect();
        let live = live_spikes(train.view(), &keys).unwrap();
        let sizes: Vec<_> = live.iter().map(|(step, packet)| (*step, packet.elements().len())).collect();
        assert_eq!(sizes, [(0, 63), (0, 63), (0, 4), (2, 63), (2, 63), (2, 4)]);
        let timed = timed_spikes(train.view(), &keys).unwrap();
        let sent: Vec<_> = timed.iter().flat_map(EieioData::effective).collect();
        let expected = [0, 2].into_iter().flat_map(|t| (1000..1130).map(move |key| (key, Some(t))));
        assert!(sent.iter().map(|element| (element.key, element.payload)).eq(expected));
        assert!(timed_spikes(train.view(), &keys[1..]).is_err());
    }
}
