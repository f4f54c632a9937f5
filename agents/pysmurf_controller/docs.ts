/** What operators read about the operations of the pysmurf controller. @module */

/** Help for `run`. */
export const RUN_DOC = `run(script, args=[], log=True)

**Task** (abortable) - Runs a pysmurf script as a program of its own, and shows
what it publishes.

One script or operation runs at a time. Ends one second after the script.

Parameters:
    script (str): Path of the script on the agent's machine. Run with Python;
        with Deno where it ends in .ts, .mts, .js or .mjs.
    args (list, optional): Command line arguments. Defaults to none.
    log (bool or str, optional): True to put the script's output into the
        agent's log (the default), a path to append it to that file, False to
        drop it.

Notes:
    The session data is what the script has published with
    msgtype='session_data', for example::

        >>> response.session['data']
        {'datafile': '/data/smurf_data/20200316/1584401673/outputs/1584402020.dat'}

    Its messages have the texts published with msgtype='session_log'. Success
    means exit code 0.
`;

/** Help for `abort`. */
export const ABORT_DOC = `abort()

**Task** - Kills the running script, with every program it has started.
`;

/** Help for `tune_squids`. */
export const TUNE_SQUIDS_DOC = `tune_squids(args=[], log=True)

**Task** (abortable) - Runs the tuning script that the agent was started with.

Parameters:
    args (list, optional): As for run.
    log (bool or str, optional): As for run.
`;
