/** What operators read about the operations of the timestream aggregator. @module */

const SESSION_DATA = `
    The session data counts what has happened since the agent has started::

        >>> response.session['data']
        {"connected": true, "sender": "10.0.0.5:50000",
         "current_file": "/data/15463/2019-01-01-12-00-00_002.g3",
         "last_frame_time": 1546345260.5,
         "connections": {"failed": 3, "made": 2, "closed": 0, "silent": 1,
                         "broken": 0},
         "frames": {"written": 1262, "bytes": 812445120,
                    "by_type": {"P": 1, "O": 1, "W": 1, "S": 1259},
                    "repeated": 2, "missing": 0,
                    "dropped": {"flow control": 14}},
         "last_missing": null,
         "flow": {"START": 1, "ALIVE": 13},
         "faults": {}, "last_fault": null,
         "files": {"finished": 2,
                   "last": "/data/15463/2019-01-01-12-00-00_001.g3"},
         "disk": {"state": "ok", "free_mb": 812000, "error": null}}

    'repeated' counts the Observation frames with which further files begin,
    'missing' frames that never came, by the numbers that a streamer gives them,
    'faults' what came damaged, by kind. While 'disk.error' is not null frames
    wait in memory, nothing is read from the sender, and the session is
    degraded.
`;

/** Help for `stream`. */
export const STREAM_DOC = `stream()

**Process** - Records the frames of a detector stream into files.

Connects to the sender of the stream, about once a second until there is one,
and anew whenever it has gone or has been silent for 5 s.

Notes:${SESSION_DATA}`;

/** Help for `record`. */
export const RECORD_DOC = STREAM_DOC.replace("stream()", "record()");

/** Help for `set_monitored_channels`. */
export const SET_CHANNELS_DOC = `set_monitored_channels(channels)

**Task** - Chooses the channels that are published on the feed 'detectors' while
they are recorded.

Parameters:
    channels (list): Numbers of channels, at most 6. An empty list ends it.
`;

/** Help for `set_target_rate`. */
export const SET_RATE_DOC = `set_target_rate(target_rate)

**Task** - Sets how often monitored channels are published at most.

Parameters:
    target_rate (float): Samples per second of each channel, at most 10.
`;
