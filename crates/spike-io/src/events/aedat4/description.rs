//! The description of streams in the header of AEDAT 4: XML.

use super::compression::Compression;
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Events of brightness, of a sensor of so many columns and rows.
    Events(Option<[u32; 2]>),
    Frames,
    Imu,
    Triggers,
    Other,
}

/// The streams by their number; `None` if the text is no description.
pub(super) fn streams(text: &str) -> Option<BTreeMap<i32, Stream>> {
    let document = Document::parse(text.trim_end_matches('\0')).ok()?;
    let out_info = document.descendants().find(|node| is_named(node, "outInfo"))?;
    let mut streams = BTreeMap::new();
    for node in out_info.children().filter(|node| node.has_tag_name("node")) {
        let Some(id) = node.attribute("name").and_then(|name| name.parse().ok()) else { continue };
        let size = node.children().find(|child| is_named(child, "info")).and_then(|info| {
            let side = |key| attribute(info, key).and_then(|text| text.parse().ok());
            Some([side("sizeX")?, side("sizeY")?])
        });
        let stream = match attribute(node, "typeIdentifier")? {
            "EVTS" => Stream::Events(size),
            "FRME" => Stream::Frames,
            "IMUS" => Stream::Imu,
            "TRIG" => Stream::Triggers,
            _ => Stream::Other,
        };
        streams.insert(id, stream);
    }
    Some(streams)
}

fn is_named(node: &Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name("node") && node.attribute("name") == Some(name)
}

fn attribute<'a>(node: Node<'a, '_>, key: &str) -> Option<&'a str> {
    node.children().find(|child| child.has_tag_name("attr") && child.attribute("key") == Some(key))?.text()
}

/// The description of one stream of events, number 0.
pub(super) fn write([width, height]: [u32; 2], compression: Compression) -> String {
    let label = compression.label();
    format!(
        r#"<dv version="2.0">
    <node name="outInfo" path="/mainloop/Recorder/outInfo/">
        <node name="0" path="/mainloop/Recorder/outInfo/0/">
            <attr key="compression" type="string">{label}</attr>
            <attr key="originalModuleName" type="string">spike</attr>
            <attr key="originalOutputName" type="string">events</attr>
            <attr key="typeDescription" type="string">Array of events (polarity ON/OFF).</attr>
            <attr key="typeIdentifier" type="string">EVTS</attr>
            <node name="info" path="/mainloop/Recorder/outInfo/0/info/">
                <attr key="sizeX" type="int">{width}</attr>
                <attr key="sizeY" type="int">{height}</attr>
                <attr key="source" type="string">spike</attr>
                <attr key="tsOffset" type="long">0</attr>
            </node>
        </node>
    </node>
</dv>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions() {
        let text = write([346, 260], Compression::Lz4);
        assert_eq!(streams(&text), Some(BTreeMap::from([(0, Stream::Events(Some([346, 260])))])));
        let more = text.replace("name=\"0\"", "name=\"7\"").replace("EVTS", "IMUS");
        assert_eq!(streams(&more), Some(BTreeMap::from([(7, Stream::Imu)])));
        let no_size = text.replace("sizeX", "size");
        assert_eq!(streams(&no_size), Some(BTreeMap::from([(0, Stream::Events(None))])));
        for wrong in ["", "<dv>", "<dv></dv>", "outInfo", &text.replace("typeIdentifier", "type")] {
            assert_eq!(streams(wrong), None, "{wrong}");
        }
        assert!(streams(&"<node name='outInfo'>".repeat(5000)).is_none());
    }
}
