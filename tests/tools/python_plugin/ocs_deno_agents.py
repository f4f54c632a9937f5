"""A plugin of Python OCS whose agents are this toolkit's, so that Python's launcher and host manager start them."""
import os

AGENTS = os.environ.get("OCS_DENO_AGENTS", "/opt/ocs-deno/agents")

package_name = "ocs_deno_agents"
agents = {"DenoFakeDataAgent": {"module": "ocs_deno_agents", "entry_point": "fake_data"}}


def fake_data(args=None):
    """Becomes the agent: same process, same signals."""
    deno = os.environ.get("DENO", "deno")
    os.execvp(deno, [deno, "run", "-A", "--unstable-net", f"{AGENTS}/fake_data.ts", *(args or [])])
