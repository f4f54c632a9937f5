/** What operators read about the operations of the SMuRF stream simulator. @module */

/** Help for `stream`. */
export const STREAM_DOC = `stream(frame_rate=1., sample_rate=10.)

**Process** - Opens the stream and sends frames until it is stopped.

Data flow at once. The tasks stop and start switch the data off and on;
keep-alive frames are sent either way. Stopped while data flow, it ends the
acquisition in good order.

Parameters:
    frame_rate (float, optional): Scan frames per second. Defaults to 1.
    sample_rate (float, optional): Samples per second and channel. Defaults
        to 10.

Notes:
    The session data say where the stream stands::

        >>> response.session['data']
        {"streaming": True,
         "port": 50000,
         "clients": 1,
         "frame_num": 12,
         "frames_sent": 27,
         "frames_dropped": 0,
         "last_scan_time": 1600448753.9288929}

    'frame_num' is the number that the next Scan frame gets; 'frames_dropped'
    counts Scan frames that a slow client did not get; times are Unix
    seconds, None before the first Scan frame.
`;

/** Help for `start`. */
export const START_DOC = `start(force=False)

**Task** - Switches the data of the running stream on: a START frame, a new
Observation frame, then data.

Parameters:
    force (bool, optional): Sends START and Observation also while data flow
        already. Defaults to False.
`;

/** Help for `stop`. */
export const STOP_DOC = `stop(force=False)

**Task** - Switches the data of the running stream off after the next Scan
frame; keep-alive frames go on.

Parameters:
    force (bool, optional): Accepted for Python's clients; without data there
        is nothing to stop. Defaults to False.
`;
