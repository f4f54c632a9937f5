/** What operators read about the operations of the registry. @module */

/** Help for `main`. */
export const MAIN_DOC = `main(test_mode=False)

**Process** - Keeps track of which agents are there, and shows them in the
session data.

An agent without a heartbeat for 5 seconds is marked as expired, and so are
its operations (op code 7). The codes of all operations are published on the
feed agent_operations, at once when one changes and all of them now and then.

Parameters:
    test_mode (bool, optional): Ends after one look; for tests. Default is
        False.

Notes:
    The session data hold all agents seen since the registry started::

        >>> response.session['data']
        {"observatory.faker1":
             {"expired": False,
              "time_expired": None,
              "last_updated": 1669925713.4082503,
              "op_codes": {"acq": 3, "set_heartbeat": 1, "delay_task": 1},
              "agent_class": "FakeDataAgent",
              "agent_address": "observatory.faker1"}}
`;

/** Help for `register_agent`. */
export const REGISTER_AGENT_DOC = `register_agent(agent_address)

**Task** - Does nothing any more: heartbeats are what registers an agent.

Parameters:
    agent_address (str): Address of the agent that calls.
`;
