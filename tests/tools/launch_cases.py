"""Starts Python OCS's launcher once for each command line of a JSON file, in this process.

Usage: launch_cases.py CASES AGENT

AGENT prints "SETTINGS " and a JSON object when it is started; what the launcher does otherwise is one line
"REFUSED " and a JSON text.
"""
import contextlib
import io
import json
import os
import sys

from ocs import agent_cli

VARIABLES = ["INSTANCE_ID", "SITE_HUB", "SITE_HTTP", "SITE_HOST", "CROSSBAR_TIMEOUT"]

cases, agent = json.load(open(sys.argv[1])), sys.argv[2]
for case in cases:
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(case["env"])
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            agent_cli.main(["--agent", agent, "--entrypoint", "main"] + case["args"])
        line = out.getvalue().rstrip().split("\n")[-1]
    except SystemExit:
        said = (out.getvalue() + err.getvalue()).rstrip().split("\n")[-1]
        line = "REFUSED " + json.dumps(said)
    except Exception as error:
        line = "REFUSED " + json.dumps(f"{type(error).__name__}: {error}")
    print(line)
