/** What operators read about the operations of the fake-data agent. @module */

/** Help for `acq`. */
export const ACQ_DOC = `acq(test_mode=False, degradation_period=None)

**Process** - Makes up readings once per second and publishes them on the feed.

Parameters:
    test_mode (bool, optional): Ends after one report; for tests. Default is
        False.
    degradation_period (float, optional): If set, marks itself as degraded
        and as not degraded in turn, for this many seconds each.

Notes:
    The newest readings are in the session data::

        >>> response.session['data']
        {"fields": {"channel_00": 0.10250430068515494,
                    "channel_01": 0.08550903376216404},
         "timestamp": 1600448753.9288929}

    'timestamp' is the time of the newest sample, in Unix seconds.
`;

/** Help for `count`. */
export const COUNT_DOC = `count()

**Process** - Counts seconds until it is stopped.

Notes:
    The count is in the session data::

        >>> response.session['data']
        {"counter": 12,
         "last_update": 1600448753.9288929}
`;

/** Help for `set_heartbeat`. */
export const SET_HEARTBEAT_DOC = `set_heartbeat(heartbeat=True)

**Task** - Switches the heartbeat of the agent.

Without a heartbeat the registry takes the agent for dead after 5 seconds.

Parameters:
    heartbeat (bool, optional): True for on (the default), False for off.
`;

/** Help for `delay_task`. */
export const DELAY_TASK_DOC = `delay_task(delay=5, succeed=True)

**Task** (abortable) - Does nothing for the requested time.

Parameters:
    delay (float, optional): Seconds before it returns, 0 or more. Defaults
        to 5.
    succeed (bool, optional): Whether it reports success. Defaults to True.

Notes:
    The session data shows how far it has come, in seconds::

        >>> response.session['data']
        {"requested_delay": 5.0,
         "delay_so_far": 1.2}
`;
