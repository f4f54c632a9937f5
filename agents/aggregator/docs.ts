/** What operators read about the operations of the aggregator. @module */

/** Help for `record`. */
export const RECORD_DOC = `record(test_mode=False)

**Process** - Records all feeds that are meant for it into G3 files, until it is
stopped.

Parameters:
    test_mode (bool, optional): Ends after one pass, for tests. Default is
        False.

Notes:
    The session data tell which file is written and which feeds are in it,
    anew every second::

        >>> response.session['data']
        {"current_file": "/data/hk/17900/1790000100.g3",
         "providers": {
            "observatory.faker1.feeds.false_temperatures": {
                "last_refresh": 1790000118.8,
                "sessid": "1790000000.1234567",
                "stale": False,
                "last_block_received": "temps"}},
         "feeds": {"active": 1, "stale": 0, "not_shown": 0},
         "counts": {"events": 20, "excluded": 0, "blocks": 20, "samples": 200,
                    "values": 400, "malformed": 0, "files": 1, "frames": 3,
                    "bytes": 9034},
         "memory": {"waiting_bytes": 4800, "peak_bytes": 4800,
                    "limit_bytes": 67108864, "early_frames": 0},
         "disk": {"state": "ok", "free_mb": 81920, "total_mb": 491520},
         "trouble": None,
         "quarantine": {"file": None, "blocks": 0, "not_kept": 0,
                        "reasons": {}, "last": None},
         "lost": None}

    A feed has 'irregular', 'faulty_blocks', 'dropped_samples' or 'layouts'
    beside these where there is something to tell. Of thousands of feeds those
    in trouble and those heard last are shown. While 'trouble' is not null the
    session is degraded, and data wait in memory.
`;
