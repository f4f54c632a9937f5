/** What operators read about the operations of the Access Director. @module */

/** Help for `manager`. */
export const MANAGER_DOC = `manager()

**Process** - Tells the agents their access rules on the feed controls: all of
them after every change and once a minute, one agent when it asks.

Notes:
    The session data hold the exclusive grants that are lent at present::

        >>> response.session['data']
        {"grants": [
          {"name": "night-run",
           "expire_at": 1790000400.0,
           "grantee": "scheduler",
           "rules": [
             {"hashed_pass": {"hash": "md5", "value": "eac99adbca23197c"},
              "cred_level": 2,
              "scope_spec": {"default": False,
                             "agent_class": "FakeDataAgent",
                             "instance_id": None},
              "lockout_id": "night-run",
              "lockout_owner": "scheduler",
              "lockout_levels": [2, 3]}]}]}
`;

/** Help for `reload_config`. */
export const RELOAD_CONFIG_DOC = `reload_config()

**Task** - Reads the configuration file again and tells all agents. A file
with errors ends the task with a list of them, and the rules stay as they are.
`;
