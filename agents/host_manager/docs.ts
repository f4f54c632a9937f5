/** What operators read about the operations of the host manager. @module */

/** Help for `manager`. */
export const MANAGER_DOC = `manager(requests=[], reload_config=True)

**Process** - Starts, watches and stops the agents of this host, so that each
of them is in the state that is wanted of it.

An agent that ends unexpectedly is started again after 3 seconds; one that
does so again and again, ever later, after a minute at the latest. A stop of
this process stops all agents that it runs.

Parameters:
    requests (list): What is wanted at first, such as
        [("faker1", "down")]; see update.
    reload_config (bool): Forget what was wanted before and read the site
        file. Default is True. When the last manager was cut off, the targets
        it has left count all the same, and its agents are taken over.

Notes:
    The session data::

        >>> response.session['data']
        {"child_states": [
            {"next_action": "up",
             "target_state": "up",
             "stability": 1.0,
             "agent_class": "FakeDataAgent",
             "instance_id": "faker1",
             "operable": True,
             "restart_required": False}],
         "config_parse_status": {"[SCF]": [True, 1790000100.7, ""]},
         "orphans": {},
         "new_tags": {},
         "children": {
            "faker1": {"pid": 4711,
                       "started": 1790000101.2,
                       "adopted": False,
                       "next_launch": None,
                       "failures": 0,
                       "log": "/home/ocs/.local/state/ocs/.../faker1.out",
                       "out": ["last lines of its standard output"],
                       "err": []}},
         "containers": {
            "influx": {"compose_file": "/srv/ocs/docker-compose.yaml",
                       "service": "ocs-influx",
                       "container_id": "5f2c..."}},
         "starts": {"max_starting": 0,
                    "start_seconds": 3.0,
                    "start_first": [],
                    "starting": [],
                    "waiting": []}}
`;

/** Help for `update`. */
export const UPDATE_DOC = `update(requests=[], reload_config=False)

**Task** - Changes what is wanted of agents, and reads the site file again.

Parameters:
    requests (list): Pairs of an instance id, or "all", and "up" or "down".
        They count one after the other, such as
        [("all", "up"), ("faker1", "down")].
    reload_config (bool): Read the site file first. Agents that have gone
        from it are stopped, new ones are started, the targets of the others
        stay. A file that cannot be used changes nothing. Default is False.
`;

/** Help for `remove_orphans`. */
export const REMOVE_ORPHANS_DOC = `remove_orphans()

**Task** - Stops and removes the containers whose service has gone from its
compose file; the session data of manager list them.
`;

/** Help for `docker_pull`. */
export const DOCKER_PULL_DOC = `docker_pull()

**Task** - Fetches the images of all compose files that are not here yet.
`;

/** Help for `die`. */
export const DIE_DOC = `die(disown_dockers=False, disown_agents=False)

**Task** - Stops the process manager, and with it all agents, and ends this
host manager a second later.

Parameters:
    disown_dockers (bool): Leave the docker services running. Default is
        False.
    disown_agents (bool): Leave everything running, and the targets for the
        next host manager, which takes the agents over. Default is False.
`;
