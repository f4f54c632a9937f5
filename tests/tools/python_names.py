"""Prints what Python OCS offers: public names of its library, options of its programs and agents, as one JSON object."""
import argparse
import ast
import importlib
import inspect
import json
import pathlib

import ocs
import ocs.access
from ocs import (agent_cli, client_cli, client_http, ocs_agent, ocs_client, ocs_feed, ocs_systemd, ocs_twisted,
                 ocsbow, plugin, site_config)

MODULES = ["ocs_agent", "ocs_client", "site_config", "access", "ocs_twisted", "ocs_feed", "base",
           "client_http", "client_t", "testing"]
PROGRAMS = {
    "ocs-agent-cli": agent_cli._get_parser,
    "ocs-client-cli": client_cli.get_parser,
    "ocsbow": ocsbow.get_parser,
    "ocs-local-support": ocsbow.get_parser_local,
    "ocs-install-systemd": ocs_systemd.get_parser,
}


def targets(node):
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    return []


def names(module):
    """Read, not imported: the testing module needs pytest."""
    text = (pathlib.Path(ocs.__file__).parent / f"{module}.py").read_text()
    for node in ast.parse(text).body:
        for name in targets(node):
            if name.startswith("_"):
                continue
            yield name
            if isinstance(node, ast.ClassDef):
                yield from (f"{name}.{member}" for part in node.body for member in targets(part)
                            if not member.startswith("_"))


def keywords():
    """Arguments that calls of the library take by name."""
    agent, lock, access = ocs_agent.OCSAgent, ocs_twisted.TimeoutLock, ocs.access.ExclusiveAccessClient
    for call in [ocs_client.OCSClient, agent.register_task, agent.register_process, agent.call_op, agent.subscribe,
                 agent.subscribe_to_feed, ocs_feed.Feed, ocs_agent.ParamHandler.get, lock, lock.acquire,
                 lock.release_and_acquire, lock.acquire_timeout, ocs_twisted.Pacemaker, client_http.ControlClient,
                 access, access.acquire, access.renew, access.release]:
        for name, parameter in inspect.signature(call).parameters.items():
            if parameter.default is not parameter.empty:
                yield name


def uses(parser, words=()):
    """Each option and each choice of a parser, as the words that lead there."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield [*words, name]
                yield from uses(inner, [*words, name])
        elif action.option_strings:
            # The long one; its short form means the same.
            yield [*words, max(action.option_strings, key=len)]
        elif action.choices:
            yield from ([*words, choice] for choice in action.choices)


def agent_options(module):
    agent = importlib.import_module(module)
    make = getattr(agent, "make_parser", None) or agent.add_agent_args
    return [words[-1] for words in uses(make())]


site_parser = argparse.ArgumentParser()
site_config.add_arguments(site_parser)
print(json.dumps({
    "names": sorted({name for module in MODULES for name in names(module)}),
    "keywords": sorted(set(keywords())),
    "programs": {name: list(uses(make())) for name, make in PROGRAMS.items()},
    "site": [words[-1] for words in uses(site_parser)],
    "agents": {name: agent_options(entry["module"]) for name, entry in plugin.agents.items()},
}))
