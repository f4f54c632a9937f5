/** What operators read about the operations of the pysmurf monitor. @module */

/** Help for `run`. */
export const RUN_DOC = `run(test_mode=False)

**Process** - Registers the files that publishers have announced in the database
of SupRsync, about once per second.

Relays and metadata go on while it is stopped, and files wait in memory.

Parameters:
    test_mode (bool, optional): Ends after one pass; for tests. Default is
        False.

Notes:
    The session data counts what has happened since the agent has started::

        >>> response.session['data']
        {"udp": {"port": 8200, "received": 1520, "relayed": 310,
                 "metadata": 1190, "files": 12, "ignored": 7, "malformed": 1,
                 "lost_in_system": 0},
         "malformed": {"not JSON": 1},
         "last_malformed": {"reason": "not JSON", "sender": "10.10.10.2:40100",
                            "detail": "Cannot decode value: ...",
                            "time": 1700000123.25},
         "files": {"waiting": 0, "registered": 11, "failed": 1, "lost": 0},
         "database": {"path": "/data/so/databases/suprsync.db",
                      "error": null}}

    'lost_in_system' counts datagrams that the system dropped because they came
    faster than they were read. 'failed' counts files that could not be
    registered, such as missing ones, 'lost' those for which there was no room
    in memory. While 'error' is not null the session is degraded and the files
    wait.
`;
