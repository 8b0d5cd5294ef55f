//! The one HDF5 structure that a file of spikes has: three groups, two arrays of spikes and one of bytes.
//!
//! The HDF5 library in use writes no attribute whose type is an enumeration, and readers of SONATA refuse any other
//! type for `sorting`.
//!
//! # References
//! The HDF Group, HDF5 File Format Specification Version 3.0: superblock version 2 (II.A), object headers version 2
//! (IV.A.1.b), and the messages dataspace, link info, datatype, fill value, link, layout, group info and attribute
//! (IV.A.2).

use super::checksum::lookup3;

const NONE: u64 = u64::MAX;
const SUPERBLOCK_BYTES: u64 = 48;
/// Arrays begin at multiples of this.
const ALIGNMENT: u64 = 8;

/// What a file holds beside the numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contents<'a> {
    /// Name of the population.
    pub(super) population: &'a str,
    /// How the spikes are sorted: the code of the enumeration.
    pub(super) sorting: u8,
    /// Number of spikes.
    pub(super) num_spikes: u64,
    /// Name and bytes of what else is said.
    pub(super) record: (&'a str, &'a [u8]),
}

/// Addresses of the objects, in the order of the file.
#[derive(Debug, Clone, Copy, Default)]
struct Addresses {
    root: u64,
    spikes: u64,
    population: u64,
    timestamps: u64,
    node_ids: u64,
    record: u64,
    /// Data of the record, the times, the nodes; the end.
    data: [u64; 3],
    end: u64,
}

/// Everything that stands before the times; the times (f64) and the nodes (u64) follow, little-endian.
pub(super) fn before_spikes(contents: Contents<'_>) -> Vec<u8> {
    // No header changes its size with the addresses in it.
    let sizes = headers(contents, Addresses::default()).map(|header| header.len() as u64);
    let mut addresses = Addresses::default();
    let mut at = SUPERBLOCK_BYTES;
    let places = [
        &mut addresses.root,
        &mut addresses.spikes,
        &mut addresses.population,
        &mut addresses.timestamps,
        &mut addresses.node_ids,
        &mut addresses.record,
    ];
    for (place, size) in places.into_iter().zip(sizes) {
        *place = at;
        at += size;
    }
    let bytes_of = [contents.record.1.len() as u64, 8 * contents.num_spikes, 8 * contents.num_spikes];
    for (place, size) in addresses.data.iter_mut().zip(bytes_of) {
        at = at.next_multiple_of(ALIGNMENT);
        *place = at;
        at += size;
    }
    addresses.end = at;
    let mut bytes = superblock(addresses);
    headers(contents, addresses).iter().for_each(|header| bytes.extend_from_slice(header));
    bytes.resize(addresses.data[0] as usize, 0);
    bytes.extend_from_slice(contents.record.1);
    bytes.resize(addresses.data[1] as usize, 0);
    bytes
}

fn checked(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = lookup3(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

fn superblock(addresses: Addresses) -> Vec<u8> {
    let mut bytes = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00".to_vec();
    for address in [0, NONE, addresses.end, addresses.root] {
        bytes.extend_from_slice(&address.to_le_bytes());
    }
    checked(bytes)
}

fn headers(contents: Contents<'_>, at: Addresses) -> [Vec<u8>; 6] {
    let [record_data, times, nodes] = at.data;
    let (record_name, record) = contents.record;
    let sorting = attribute("sorting", &sorting_type(), &[contents.sorting]);
    let units = attribute("units", &text_type(2), b"ms");
    [
        group(&[("spikes", at.spikes), (record_name, at.record)], None),
        group(&[(contents.population, at.population)], None),
        group(&[("timestamps", at.timestamps), ("node_ids", at.node_ids)], Some(sorting)),
        array(&F64, contents.num_spikes, 8, times, Some(units)),
        array(&U64, contents.num_spikes, 8, nodes, None),
        array(&U8, record.len() as u64, 1, record_data, None),
    ]
}

/// An object header of messages.
fn object(messages: &[(u8, Vec<u8>)]) -> Vec<u8> {
    // The size of the messages takes four bytes.
    const FLAGS: u8 = 2;
    let size: usize = messages.iter().map(|(_, body)| 4 + body.len()).sum();
    let mut bytes = b"OHDR\x02".to_vec();
    bytes.push(FLAGS);
    bytes.extend_from_slice(&(size as u32).to_le_bytes());
    for (kind, body) in messages {
        bytes.push(*kind);
        bytes.extend_from_slice(&(body.len() as u16).to_le_bytes());
        bytes.push(0);
        bytes.extend_from_slice(body);
    }
    checked(bytes)
}

fn group(links: &[(&str, u64)], attribute: Option<Vec<u8>>) -> Vec<u8> {
    const LINK_INFO: u8 = 0x02;
    const LINK: u8 = 0x06;
    const GROUP_INFO: u8 = 0x0a;
    let mut info = vec![0, 0];
    info.extend_from_slice(&[NONE.to_le_bytes(), NONE.to_le_bytes()].concat());
    let mut messages = vec![(LINK_INFO, info), (GROUP_INFO, vec![0, 0])];
    for (name, address) in links {
        // A character set is stated (UTF-8), and the length of the name takes two bytes.
        let mut link = vec![1, 0x11, 1];
        link.extend_from_slice(&(name.len() as u16).to_le_bytes());
        link.extend_from_slice(name.as_bytes());
        link.extend_from_slice(&address.to_le_bytes());
        messages.push((LINK, link));
    }
    messages.extend(attribute.map(|body| (ATTRIBUTE, body)));
    object(&messages)
}

const DATATYPE: u8 = 0x03;
const ATTRIBUTE: u8 = 0x0c;

/// An array of one axis, contiguous.
fn array(datatype: &[u8], length: u64, element: u64, address: u64, attribute: Option<Vec<u8>>) -> Vec<u8> {
    const DATASPACE: u8 = 0x01;
    const FILL: u8 = 0x05;
    const LAYOUT: u8 = 0x08;
    let mut space = vec![2, 1, 0, 1];
    space.extend_from_slice(&length.to_le_bytes());
    // Nothing is stored of an empty array.
    let address = if length == 0 { NONE } else { address };
    let mut layout = vec![3, 1];
    layout.extend_from_slice(&[address.to_le_bytes(), (length * element).to_le_bytes()].concat());
    let mut messages = vec![(DATASPACE, space), (DATATYPE, datatype.to_vec()), (FILL, vec![3, 0x0a]), (LAYOUT, layout)];
    messages.extend(attribute.map(|body| (ATTRIBUTE, body)));
    object(&messages)
}

const F64: [u8; 20] = [0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0];
const U64: [u8; 12] = [0x10, 0, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0];
const U8: [u8; 12] = [0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];

/// Text of a fixed length, filled with zeros, ASCII.
fn text_type(length: u32) -> Vec<u8> {
    let mut bytes = vec![0x13, 1, 0, 0];
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes
}

/// The enumeration none = 0, by_id = 1, by_time = 2 over bytes.
fn sorting_type() -> Vec<u8> {
    let names = ["none", "by_id", "by_time"];
    let mut bytes = vec![0x18, names.len() as u8, 0, 0, 1, 0, 0, 0];
    bytes.extend_from_slice(&U8);
    for name in names {
        let mut padded = name.as_bytes().to_vec();
        // A name ends with a zero and fills multiples of eight bytes.
        padded.resize((name.len() + 1).next_multiple_of(8), 0);
        bytes.extend_from_slice(&padded);
    }
    bytes.extend_from_slice(&[0, 1, 2]);
    bytes
}

/// An attribute with one value.
fn attribute(name: &str, datatype: &[u8], value: &[u8]) -> Vec<u8> {
    let scalar = [2, 0, 0, 0];
    let mut bytes = vec![3, 0];
    for size in [name.len() + 1, datatype.len(), scalar.len()] {
        bytes.extend_from_slice(&(size as u16).to_le_bytes());
    }
    bytes.push(0);
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(datatype);
    bytes.extend_from_slice(&scalar);
    bytes.extend_from_slice(value);
    bytes
}
