//! Records, host words, EIEIO packets and synaptic memory are those of other programs, byte for byte.

#![expect(clippy::unwrap_used, reason = "helpers of tests state what they expect")]

use serde_json::Value;
use spike_hw::eieio::{
    EieioCommand, EieioCommandId, EieioData, EieioElement, EieioHeader, EieioMessage, EieioType, KeyPrefix,
};
use spike_hw::{RECORD_BYTES, SpikeRecord, SynapseFormat, pack_host_words, unpack_host_words};

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|x| x.as_i64().unwrap()).collect()
}

fn optional(value: &Value) -> Option<u32> {
    value.as_u64().map(|x| u32::try_from(x).unwrap())
}

fn records(value: &Value) -> Vec<SpikeRecord> {
    let fields = |spike: &Value| {
        let fields: Vec<i32> = numbers(spike).into_iter().map(|x| i32::try_from(x).unwrap()).collect();
        SpikeRecord::from_fields(fields.try_into().unwrap()).unwrap()
    };
    value.as_array().unwrap().iter().map(fields).collect()
}

fn check_words(case: &Value) {
    let spikes = records(&case["spikes"]);
    let words = pack_host_words(&spikes).unwrap();
    assert_eq!(words.iter().map(|&word| i64::from(word)).collect::<Vec<_>>(), numbers(&case["packed"]));
    for (spike, words) in spikes.iter().zip(words.chunks(2)) {
        assert_eq!(unpack_host_words(words, spike.step, spike.to.chip).unwrap(), [*spike]);
    }
}

#[test]
fn host_words_are_those_of_nengo_loihi() {
    check_words(&read(include_str!("golden/loihi_spike_packer.json")));
    check_words(&read(include_str!("golden/loihi_nengo_more.json"))["packer"]);
}

#[test]
fn records_are_those_of_nengo_loihi() {
    let case = &read(include_str!("golden/loihi_nengo_more.json"))["packer"];
    let spikes = records(&case["spikes"]);
    let bytes: Vec<u8> = spikes.iter().flat_map(|spike| spike.to_bytes().unwrap()).collect();
    assert_eq!(bytes, hex(&case["record_bytes"]));
    let again: Vec<_> =
        bytes.as_chunks::<RECORD_BYTES>().0.iter().map(|b| SpikeRecord::from_bytes(b).unwrap()).collect();
    assert_eq!(again, spikes);
}

#[test]
fn synaptic_memory_is_that_of_nengo_loihi() {
    let all = read(include_str!("golden/loihi_nengo_more.json"));
    let cases = all["memory"].as_array().unwrap();
    assert_eq!(cases.len(), 55);
    for case in cases {
        let byte = |name: &str| u8::try_from(case[name].as_u64().unwrap()).unwrap();
        let format = SynapseFormat {
            weight_bits: byte("weight_bits"),
            index_bits: byte("idx_bits"),
            delay_bits: byte("delay_bits"),
            tag_bits: byte("tag_bits"),
            synapses_per_block: byte("synapses_per_block"),
        };
        assert_eq!(format.bits(case["n"].as_u64().unwrap()), case["bits"].as_u64().unwrap(), "{case}");
    }
}

fn element(pair: &Value) -> EieioElement {
    EieioElement { key: optional(&pair[0]).unwrap(), payload: optional(&pair[1]) }
}

#[test]
fn data_packets_are_those_of_spinnman() {
    let all = read(include_str!("golden/eieio.json"));
    let cases = all["data"].as_array().unwrap();
    assert_eq!(cases.len(), 72);
    for case in cases {
        let prefix = optional(&case["prefix"]).map(|bits| {
            let half = if case["upper"].as_bool().unwrap() { KeyPrefix::UpperHalf } else { KeyPrefix::LowerHalf };
            half(u16::try_from(bits).unwrap())
        });
        let header = EieioHeader {
            kind: EieioType::ALL[usize::try_from(case["type"].as_u64().unwrap()).unwrap()],
            tag: u8::try_from(case["tag"].as_u64().unwrap()).unwrap(),
            prefix,
            payload_base: optional(&case["payload_base"]),
            payload_is_time: case["is_time"].as_bool().unwrap(),
        };
        assert_eq!(header.max_elements() as u64, case["max_elements"].as_u64().unwrap(), "{case}");
        let elements = case["elements"].as_array().unwrap().iter().map(element).collect();
        let data = EieioData::new(header, elements).unwrap();
        let bytes = hex(&case["hex"]);
        assert_eq!(data.to_bytes(), bytes, "{case}");
        assert_eq!(EieioMessage::from_bytes(&bytes).unwrap(), EieioMessage::Data(data.clone()), "{case}");
        let read: Vec<_> = case["read"].as_array().unwrap().iter().map(element).collect();
        assert_eq!(data.effective().collect::<Vec<_>>(), read, "{case}");
    }
}

#[test]
fn commands_are_those_of_spinnman() {
    let all = read(include_str!("golden/eieio.json"));
    let commands = all["commands"].as_object().unwrap();
    let known = [
        ("database", EieioCommandId::Database),
        ("database_acknowledged", EieioCommandId::Database),
        ("event_padding", EieioCommandId::EventPadding),
        ("event_stop", EieioCommandId::EventStop),
        ("stop_sending_requests", EieioCommandId::StopSendingRequests),
        ("start_sending_requests", EieioCommandId::StartSendingRequests),
        ("spinnaker_request_buffers", EieioCommandId::SpinnakerRequestBuffers),
        ("host_send_sequenced_data", EieioCommandId::HostSendSequencedData),
        ("host_data_read", EieioCommandId::HostDataRead),
        ("host_data_read_ack", EieioCommandId::HostDataReadAck),
        ("stop_pause_notification", EieioCommandId::StopPauseNotification),
        ("start_resume_notification", EieioCommandId::StartResumeNotification),
    ];
    assert_eq!(commands.len(), known.len() + 1);
    for (name, id) in known {
        let bytes = hex(&commands[name]);
        let command = EieioCommand::new(id, bytes[2..].to_vec());
        assert_eq!(command.to_bytes().unwrap(), bytes, "{name}");
        assert_eq!(EieioMessage::from_bytes(&bytes).unwrap(), EieioMessage::Command(command), "{name}");
    }
    let unknown = EieioCommand::from_bytes(&hex(&commands["unknown"])).unwrap();
    assert_eq!((unknown.code, unknown.known()), (16_383, None));
    // A data packet inside a command.
    let sequenced = hex(&commands["host_send_sequenced_data"]);
    let inner = EieioData::from_bytes(&sequenced[4..]).unwrap();
    assert_eq!(inner.effective().collect::<Vec<_>>(), [EieioElement { key: 0x70000, payload: Some(1000) }]);
}
