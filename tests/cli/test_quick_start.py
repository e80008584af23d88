"""A command imports what it needs and nothing else: counted, not timed, for machines differ and modules do not."""

import subprocess
import sys
from pathlib import Path

import pytest

from testkit.environment import Scene

SLOW = frozenset(
    {"asyncio", "aiohttp", "structlog", "msgspec", "yaml", "ssl", "http.client", "inspect", "typing_extensions"}
)
"""What takes long to import."""
NO_LOOP = frozenset({"asyncio", "aiohttp", "structlog", "prometheus_client", "opentelemetry", "cel_expr_python"})


def imported(*words: str, kubeconfig: Path | None = None) -> tuple[int, set[str]]:
    """The exit code, and the modules that were imported at the end."""
    look = (
        "import sys\n"
        "from vidra.cli.main import app\n"
        "from vidra.cli.run import run\n"
        f"code = run(app, 'vidra', {list(words)!r})\n"
        "sys.stderr.write('\\n'.join(['', *sys.modules]))\n"
        "sys.exit(code)\n"
    )
    environment = {"KUBECONFIG": str(kubeconfig or "/nonexistent"), "HOME": "/nonexistent", "COLUMNS": "80"}
    ended = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, set(ended.stderr.splitlines())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("get", "--wtach"), 2),
        (("gte",), 2),
        (("get", "--help"), 0),
        (("__complete", "--", "g"), 0),
        (("__complete", "--", "get", "--not"), 0),
        (("completion", "bash"), 0),
        (("version", "--client"), 0),
    ],
)
def test_what_needs_no_cluster_imports_nothing_slow(words: tuple[str, ...], code: int) -> None:
    ended, modules = imported(*words)
    assert ended == code
    assert modules & SLOW == set()
    assert not [
        name for name in modules if name.startswith("vidra.") and not name.startswith(("vidra.cli", "vidra.common"))
    ]


def test_the_help_of_all_commands_imports_no_library() -> None:
    ended, modules = imported("--help")
    assert ended == 0
    assert modules & (NO_LOOP | {"msgspec", "yaml", "ssl"}) == set()


async def test_reading_a_plain_kubeconfig_loads_no_parser_of_yaml_or_of_mail(scene: Scene) -> None:
    ended, modules = imported("get", kubeconfig=scene.plane.kubeconfig)
    assert ended == 0
    assert modules & {"yaml", "http.client", "email", "inspect", "typing_extensions", "vidra.manifests"} == set()


async def test_reading_needs_no_event_loop(scene: Scene) -> None:
    for words in (("get",), ("get", "vres", "-o", "name"), ("stats",), ("__complete", "--", "tree", "")):
        ended, modules = imported(*words, kubeconfig=scene.plane.kubeconfig)
        assert ended == 0, words
        assert modules & NO_LOOP == set(), words
        assert not [name for name in modules if name.startswith("vidra.controllers")], words
