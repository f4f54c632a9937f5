/** What operators read about the operations of the SMuRF file emulator. @module */

const TAG = `    tag (str, optional): Tags of the user, separated by commas; they are added
        to those of the operation.
`;

const WAIT = `    wait (bool, optional): Takes as long as the real thing. With False the
        files are written at once. Defaults to True.
`;

/** Help for `uxm_setup`. */
export const UXM_SETUP_DOC = `uxm_setup(sleep=True)

**Task** - Writes the files of a setup: amplitude sweep, channel
assignments, tune, tracking data and a noise stream of 30 seconds. Every
stream needs it, or uxm_relock, before.

Parameters:
    sleep (bool, optional): Waits a second in the end. Defaults to True.

Notes:
    The session data name the file of the noise stream::

        >>> response.session['data']
        {"noise_file": "/data/timestreams/16000/crate1slot2/1600000000_000.g3"}
`;

/** Help for `uxm_relock`. */
export const UXM_RELOCK_DOC = `uxm_relock()

**Task** - Writes the same files as uxm_setup, as action uxm_relock.

Notes:
    Session data as those of uxm_setup.
`;

/** Help for `take_noise`. */
export const TAKE_NOISE_DOC = `take_noise(tag=None)

**Task** - Writes a noise stream of 30 seconds at once, tagged oper,noise.

Parameters:
${TAG}
Notes:
    Session data as those of uxm_setup.
`;

/** Help for `take_iv`. */
export const TAKE_IV_DOC = `take_iv(wait=True, kwargs=None, tag=None)

**Task** - Writes a stream of 5 seconds, tagged oper,iv, and the files of
the analysis.

Parameters:
${WAIT}    kwargs (dict, optional): Accepted for clients of the real controller.
${TAG}`;

/** Help for `take_bias_steps`. */
export const TAKE_BIAS_STEPS_DOC = `take_bias_steps(wait=True, kwargs=None, tag=None)

**Task** - Writes a stream of 5 seconds, tagged oper,bias_steps, and the
file of the analysis.

Parameters:
${WAIT}    kwargs (dict, optional): Accepted for clients of the real controller.
${TAG}`;

/** Help for `take_bgmap`. */
export const TAKE_BGMAP_DOC = `take_bgmap(wait=True, kwargs=None, tag=None)

**Task** - Writes a stream of 5 seconds, tagged oper,bgmap, and the files of
the bias group map.

Parameters:
${WAIT}    kwargs (dict, optional): Accepted for clients of the real controller.
${TAG}`;

/** Help for `bias_dets`. */
export const BIAS_DETS_DOC = `bias_dets()

**Task** - Waits for a second: biasing detectors leaves no files.
`;

/** Help for `stream`. */
export const STREAM_DOC =
  `stream(duration=None, kwargs=None, use_stream_between=False, start_offset=0, subtype=None, tag=None)

**Process** - Writes a stream until it is stopped, or for a while.

Parameters:
    duration (float, optional): Seconds. Without it the stream goes on until
        it is stopped.
    kwargs (dict, optional): Accepted for clients of the real controller.
    use_stream_between (bool, optional): Writes the whole stream at once,
        without waiting for its time to pass; needs a duration. Defaults to
        False.
    start_offset (float, optional): Seconds that the stream of
        use_stream_between begins after the present time. Defaults to 0.
    subtype (str, optional): What is streamed, instead of the tag cmb.
${TAG}
Notes:
    The session data name the session and its files::

        >>> response.session['data']
        {"session_id": 1600000000,
         "g3_files": ["/data/timestreams/16000/crate1slot2/1600000000_000.g3"]}
`;
