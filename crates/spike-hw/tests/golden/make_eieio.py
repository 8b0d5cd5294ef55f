"""Writes eieio.json: packets of spinnman 1!7.4.1 and what it reads from them.

Needs spinnman 1!7.4.1. A packet is written by the package, read back by the package, and stored as hex.
"""

import json
import random

from spinnman.config_setup import unittest_setup
from spinnman.messages.eieio import EIEIOPrefix, EIEIOType
from spinnman.messages.eieio.command_messages import (
    EIEIOCommandHeader,
    EIEIOCommandMessage,
    EventStopRequest,
    HostDataRead,
    HostDataReadAck,
    HostSendSequencedData,
    NotificationProtocolDatabaseLocation,
    NotificationProtocolPauseStop,
    NotificationProtocolStartResume,
    PaddingRequest,
    SpinnakerRequestBuffers,
    StartRequests,
    StopRequests,
)
from spinnman.messages.eieio.create_eieio_data import read_eieio_data_message
from spinnman.messages.eieio.data_messages import EIEIODataHeader, EIEIODataMessage

unittest_setup()
random.seed(20261125)
data = []
for kind in EIEIOType:
    for prefix in (None, EIEIOPrefix.LOWER_HALF_WORD, EIEIOPrefix.UPPER_HALF_WORD):
        for base in (None, "payload", "time"):
            for tag in (0, 3):
                bits = 8 * kind.key_bytes
                prefix_value = None if prefix is None else random.getrandbits(16)
                base_value = None if base is None else random.getrandbits(bits)
                header = EIEIODataHeader(
                    kind,
                    tag=tag,
                    prefix=prefix_value,
                    prefix_type=prefix or EIEIOPrefix.LOWER_HALF_WORD,
                    payload_base=base_value,
                    is_time=base == "time",
                )
                message = EIEIODataMessage(header)
                most = message.max_n_elements
                elements = []
                for _ in range(random.choice([0, 1, 2, 5, most])):
                    key = random.getrandbits(bits)
                    if kind.payload_bytes:
                        payload = random.getrandbits(bits)
                        message.add_key_and_payload(key, payload)
                    else:
                        payload = None
                        message.add_key(key)
                    elements.append([key, payload])
                raw = message.bytestring
                again, read = read_eieio_data_message(raw, 0), []
                while again.is_next_element:
                    e = again.next_element
                    read.append([e.key, getattr(e, "payload", None)])
                data.append(
                    dict(
                        type=kind.value,
                        tag=tag,
                        prefix=prefix_value,
                        upper=None if prefix is None else prefix.value == 1,
                        payload_base=base_value,
                        is_time=base == "time",
                        elements=elements,
                        max_elements=most,
                        read=read,
                        hex=raw.hex(),
                    )
                )
inner = EIEIODataMessage.create(EIEIOType.KEY_32_BIT, timestamp=1000)
inner.add_key(0x70000)
commands = {
    "database": NotificationProtocolDatabaseLocation("input_output_database.sqlite3"),
    "database_acknowledged": NotificationProtocolDatabaseLocation(),
    "event_padding": PaddingRequest(),
    "event_stop": EventStopRequest(),
    "stop_sending_requests": StopRequests(),
    "start_sending_requests": StartRequests(),
    "spinnaker_request_buffers": SpinnakerRequestBuffers(1, 2, 17, 3, 200, 123456),
    "host_send_sequenced_data": HostSendSequencedData(3, 201, inner),
    "host_data_read": HostDataRead(1, 7, 2, 3, 4096),
    "host_data_read_ack": HostDataReadAck(7),
    "stop_pause_notification": NotificationProtocolPauseStop(),
    "start_resume_notification": NotificationProtocolStartResume(),
    "unknown": EIEIOCommandMessage(EIEIOCommandHeader(16383)),
}
with open("eieio.json", "w") as f:
    json.dump(
        dict(
            generator="make_eieio.py",
            spinnman="1!7.4.1",
            data=data,
            commands={k: v.bytestring.hex() for k, v in commands.items()},
        ),
        f,
        separators=(",", ":"),
    )
    f.write("\n")
print(len(data))
