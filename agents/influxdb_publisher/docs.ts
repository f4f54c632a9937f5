/** What operators read about the operation of the publishers. @module */

/** Help for `record`. */
export const RECORD_DOC = `record(test_mode=False)

**Process** - Writes the samples of all feeds into InfluxDB.

While the database is away, they wait on the disk, in their order, and the
session is degraded; nothing is lost but what is counted in 'lost'.

Parameters:
    test_mode (bool, optional): Ends after one pass; for tests. Default is
        False.

Notes:
    The session data::

        >>> response.session['data']
        {"connected": True,
         "last_updated": 1774389203.53926,
         "trouble": None,
         "waiting": {"points": 0, "oldest_seconds": None,
                     "memory_bytes": 0, "memory_limit_bytes": 67108864},
         "spool": {"folder": "/var/lib/ocs/influxdb/observatory.influx",
                   "points": 0, "bytes": 0, "limit_bytes": 1000000000},
         "counts": {"events": 20, "excluded": 0, "malformed": 0, "points": 200,
                    "written": 200, "refused": 0, "lost": 0},
         "refused": [{"agent": "observatory.faker1", "feed": "temps",
                      "field": "T", "cause": "field type conflict: ...",
                      "points": 3, "last": 1774389203.5}],
         "changed": [{"agent": "observatory.faker1", "feed": "temps",
                      "field": "T", "was": "integer", "is": "float",
                      "time": 1774389203.5}],
         "lost": None}

    'lost' is {"points", "from", "to", "cause"} once something was given up.
`;
