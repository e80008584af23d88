"""The `vidra` command: where each subcommand is found. None of them is imported before somebody asks for it."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from vidra.cli.parsing.group import Group
from vidra.cli.run import run

PROGRAM = "vidra"
_PLUGIN = "kubectl-vidra"
YOUNG = 50_000
"""Objects that are made before the garbage collector looks at them: a command that is soon over makes none in vain."""
_BEFORE_THE_VERB = ("--kubeconfig", "--context", "--namespace", "-n", "--output", "-o")
_LOOK, _ACT, _SET_UP, _RUN = "Look", "Act", "Set up", "Run and write"
_COMMANDS = {
    _LOOK: ("get", "tree", "trace", "diff", "events", "explain", "stats", "logs", "check", "ui"),
    _ACT: ("reconcile", "suspend", "resume", "approve", "rollback"),
    _SET_UP: ("install", "uninstall", "export", "sync", "infrahubsync", "credentials", "cluster", "config", "infrahub"),
    _RUN: ("operator", "crds", "manifest", "health", "completion", "version", "debug"),
    "": ("reference", "__complete"),
}
"""In the order of the help; without a heading: not listed."""
_GROUPS = {"sync", "infrahubsync", "credentials", "cluster", "config", "infrahub"}
_ELSEWHERE = {"resume": "suspend:resume", "__complete": "completion:complete_words"}


def _tree() -> Group:
    root = Group("Vidra keeps the artifacts of Infrahub applied in Kubernetes clusters.", shared=_BEFORE_THE_VERB)
    for panel, names in _COMMANDS.items():
        for name in names:
            where = _ELSEWHERE.get(name, f"{name}:{'app' if name in _GROUPS else name}")
            root.add(name, f"vidra.cli.commands.{where}", panel=panel)
    return root


app = _tree()


def main() -> None:
    """Run the command; kubectl calls it by the name of a plugin, and people then call it as kubectl does."""
    gc.set_threshold(YOUNG)
    words = sys.argv[1:]
    if words[:1] == ["--version"]:
        words = ["version", "--client", *words[1:]]
    plugin = sys.argv[0].rpartition("/")[2].startswith(_PLUGIN)
    _end(run(app, _PLUGIN.replace("-", " ") if plugin else PROGRAM, words))


def _end(code: int) -> NoReturn:
    """End the process; one that has only read has nothing to tidy up, and its memory goes with it."""
    if "asyncio" in sys.modules:
        sys.exit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
