/** What operators read about the operations on sodetlib's functions. @module */

const RESULT_NOTE = `    Beside what the function returns, the data has what it has published on the
    way, and 'result' with success, return_val and traceback.`;

/** Help for `check_state`. */
export const CHECK_STATE_DOC = `check_state(poll_interval=10, test_mode=False)

**Process** - Reads the state of the SMuRF again and again, and changes nothing.
Starts with the agent; works beside all other operations.

Parameters:
    poll_interval (float, optional): Seconds between two looks. Default is 10.
    test_mode (bool, optional): Ends after one look. Default is False.

Notes:
    The session data, as of last_update; when the SMuRF cannot be read the
    session is degraded, and older data stay::

        >>> response.session['data']
        {'channel_mask': [0, 4, 12, ...], 'downsample_factor': 20,
         'agg_time': 2.0, 'open_g3stream': 1, 'pysmurf_action': 'take_iv',
         'pysmurf_action_timestamp': 1700000100, 'stream_tag': 'obs,cmb',
         'last_update': 1700000123.25, 'stream_id': 'crate1slot2',
         'num_active_channels': 1720}
`;

/** Help for `stream`. */
export const STREAM_DOC =
  `stream(duration=None, kwargs=None, load_tune=True, stream_type='obs', subtype=None, tag=None, test_mode=False)

**Process** - Streams data until it is stopped, or for a given time. The stream
is closed on every way out.

Parameters:
    duration (float, optional): Seconds, counted from before the stream is
        opened. Default is until it is stopped.
    kwargs (dict, optional): Further keyword arguments of stream_g3_on.
    load_tune (bool, optional): Loads the tune first. Default is True.
    stream_type (str, optional): 'obs' (the default) or 'oper'. The tags of the
        stream are <stream_type>,<subtype>,<tag>.
    subtype (str, optional): Such as 'cmb' or 'cal'.
    tag (str, optional): One tag, or several with commas between them.
    test_mode (bool, optional): Ends after a second. Default is False.

Notes:
    The session data::

        >>> response.session['data']
        {'stream_on': True, 'last_updated': 1700000123.25,
         'stream_id': 'crate1slot2', 'sid': 1700000120}
`;

/** Help for `uxm_setup`. */
export const UXM_SETUP_DOC = `uxm_setup(bands=None, kwargs=None, run_in_main_process=False)

**Task** (abortable) - Sets up a detector module: amplifiers, attenuators, phase
delay, tune, tracking, noise. Takes an hour and more for eight bands.

Parameters:
    bands (int or list, optional): Bands to set up. Default is the active ones.
    kwargs (dict, optional): Further keyword arguments of uxm_setup.

Notes:
    The session data, where the set-up gets that far::

        >>> response.session['data']
        {'timestamps': [['setup_amps', 1700000100.2], ...],
         'setup_amps_summary': {'success': True, ...},
         'noise': {'band_medians': [61.2, ...]}, 'result': {...}}

${RESULT_NOTE}
`;

/** Help for `uxm_relock`. */
export const UXM_RELOCK_DOC = `uxm_relock(bands=None, kwargs=None, run_in_main_process=False)

**Task** (abortable) - Locks on to the existing tune again, and measures how well
each channel tracks. Publishes on tracking_results.

Parameters:
    bands (int or list, optional): Bands to relock. Default is the active ones.
    kwargs (dict, optional): Further keyword arguments of uxm_relock.

Notes:
    The session data, counts for each of the eight bands::

        >>> response.session['data']
        {'filepath': '/data/.../1700000300_tracking_results.npy',
         'all_det_num': [215, ...], 'good_det_num': [201, ...], 'result': {...}}

${RESULT_NOTE}
`;

/** Help for `take_noise`. */
export const TAKE_NOISE_DOC = `take_noise(duration=30.0, kwargs=None, tag=None, run_in_main_process=False)

**Task** (abortable) - Takes data for some time and finds the white noise level
of each channel. Publishes on noise_results.

Parameters:
    duration (float, optional): Seconds of data. Default is 30.
    kwargs (dict, optional): Further keyword arguments of take_noise.
    tag (str, optional): Tag of the stream, or several with commas.

Notes:
    The session data; total counts the channels::

        >>> response.session['data']
        {'quantiles': {'white_noise_level': {'name': 'white_noise_level',
            'quantiles': [10, 25, 50, 75, 90],
            'values': [48.1, 55.0, 62.3, 71.9, 84.4], 'total': 1604}},
         'result': {...}}

${RESULT_NOTE}
`;

/** Help for `take_bgmap`. */
export const TAKE_BGMAP_DOC = `take_bgmap(kwargs=None, tag=None, run_in_main_process=False)

**Task** (abortable) - Finds out which channel is on which bias group.

Parameters:
    kwargs (dict, optional): Further keyword arguments of take_bgmap.
    tag (str, optional): Tag of the stream, or several with commas.

Notes:
    The session data, channels on groups 0 to 11 and on none::

        >>> response.session['data']
        {'nchans_per_bg': [131, 128, ..., 44], 'filepath': '/data/...',
         'result': {...}}

${RESULT_NOTE}
`;

/** Help for `take_iv`. */
export const TAKE_IV_DOC = `take_iv(kwargs=None, tag=None, run_in_main_process=False)

**Task** (abortable) - Takes and analyzes IV curves. Publishes on iv_results.

Parameters:
    kwargs (dict, optional): Further keyword arguments of take_iv.
    tag (str, optional): Tag of the stream, or several with commas.

Notes:
    The session data; Rn in ohms, p_sat in pW::

        >>> response.session['data']
        {'filepath': '/data/...', 'quantiles': {'Rn': {...}, 'p_sat': {...}},
         'result': {...}}

${RESULT_NOTE}
`;

const BIASED_NOTE = `        >>> response.session['data']
        {'filepath': '/data/...', 'biased_total': 1433,
         'biased_per_bg': [120, 118, ...],
         'quantiles': {'Rfrac': {...}, 'Si': {...}, 'Rtes': {...}},
         'result': {...}}`;

/** Help for `take_bias_steps`. */
export const TAKE_BIAS_STEPS_DOC =
  `take_bias_steps(kwargs=None, rfrac_range=[0.2, 0.9], tag=None, run_in_main_process=False)

**Task** (abortable) - Takes bias steps and counts the channels that are biased.
Publishes on bias_step_results.

Parameters:
    kwargs (dict, optional): Further keyword arguments of take_bias_steps.
    rfrac_range (list, optional): Fractions of normal resistance between which
        a channel counts as biased. Default is [0.2, 0.9].
    tag (str, optional): Tag of the stream, or several with commas.

Notes:
    The session data::

${BIASED_NOTE}

${RESULT_NOTE}
`;

/** Help for `take_bias_waves`. */
export const TAKE_BIAS_WAVES_DOC =
  `take_bias_waves(bgs=None, kwargs=None, rfrac_range=[0.2, 0.9], tag=None, run_in_main_process=False)

**Task** (abortable) - Does with bias waves what take_bias_steps does with steps.
Publishes on bias_wave_results.

Parameters:
    bgs (int or list, optional): Bias groups. Default is the active ones.
    kwargs (dict, optional): Further keyword arguments of take_bias_waves.
    rfrac_range (list, optional): Fractions of normal resistance between which
        a channel counts as biased. Default is [0.2, 0.9].
    tag (str, optional): Tag of the stream, or several with commas.

Notes:
    The session data::

${BIASED_NOTE}

${RESULT_NOTE}
`;

/** Help for `overbias_tes`. */
export const OVERBIAS_TES_DOC = `overbias_tes(bgs=None, kwargs=None)

**Task** (abortable) - Drives detectors normal by a high bias for a moment.

Parameters:
    bgs (int or list, optional): Bias groups. Default is the active ones.
    kwargs (dict, optional): Further keyword arguments of overbias_dets.
`;

/** Help for `set_biases`. */
export const SET_BIASES_DOC = `set_biases(bias, bgs=None)

**Task** (abortable) - Sets biases, one group after the other.

Parameters:
    bias (float or list): Volts, for all groups or one for each.
    bgs (int or list, optional): Bias groups. Default is 0 to 11.
`;

/** Help for `zero_biases`. */
export const ZERO_BIASES_DOC = `zero_biases(bgs=None)

**Task** (abortable) - Sets biases to zero, and succeeds when they are.

Parameters:
    bgs (int or list, optional): Bias groups. Default is 0 to 11.
`;

/** Help for `bias_dets`. */
export const BIAS_DETS_DOC = `bias_dets(rfrac=None, kwargs=None)

**Task** (abortable) - Biases detectors into transition, by the newest IV curves.

Parameters:
    rfrac (float or list, optional): Fraction of normal resistance to aim at, or
        its bounds. Default is what sodetlib aims at.
    kwargs (dict, optional): Further keyword arguments of sodetlib's function.

Notes:
    The session data, in volts::

        >>> response.session['data']
        {'biases': [10.2, 9.8, ...]}
`;

/** Help for `all_off`. */
export const ALL_OFF_DOC = `all_off(disable_amps=True, disable_tones=True)

**Task** (abortable) - Switches off tones and flux ramp, and the amplifiers.

Parameters:
    disable_amps (bool, optional): Amplifiers off. Default is True.
    disable_tones (bool, optional): Tones and flux ramp off. Default is True.
`;

/** Help for `run_test_func`. */
export const RUN_TEST_FUNC_DOC = `run_test_func()

**Task** (abortable) - Calls a function that does nothing, to see that calls work.
Needs neither sodetlib nor hardware.

Notes:
    The session data::

        >>> response.session['data']
        {'test': 10}
`;

/** Help for `restart_rssi`. */
export const RESTART_RSSI_DOC = `restart_rssi()

**Task** (abortable) - Restarts the link to the carrier, if it does not respond.

Notes:
    The session data::

        >>> response.session['data']
        {'rssi_responsive': True, 'last_updated': 1700000123.25}
`;
