"""No test passes or fails by how fast a machine is: nothing in a test gives up after so many seconds of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CLOCKS = {"thread_time", "process_time", "perf_counter", "thread_time_ns", "process_time_ns", "perf_counter_ns"}
WAITS = {
    "until",
    "until_sync",
    "until_resource",
    "until_gone",
    "until_event",
    "until_said",
    "eventually",
    "ready",
    "ended",
}
LIMIT = "--timeout="
PROGRAMS = {"run", "check_output", "check_call", "call", "communicate"}


def number(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def keyword(call: ast.Call, name: str) -> ast.AST | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def verdicts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines with seconds of their own, and what to do instead."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield node.lineno, f"{node.attr}: count work in `testkit.pace`, or measure in benchmarks/"
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if text.partition(LIMIT)[2][:1].isdigit():
            yield getattr(node, "lineno", 0), f"{text}: wait for HANG"
        if isinstance(node, ast.Call):
            yield from ((node.lineno, said) for said in _of_call(node))


def _of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first, second = [*call.args, None, None][:2]
    if name in WAITS and number(keyword(call, "seconds")):
        yield f"{name}(seconds=…): leave it out, it waits for HANG"
    if name == "eventually" and number(second):
        yield "eventually(…, seconds): leave them out, it waits for HANG"
    if name == "timeout" and number(first):
        yield "timeout(seconds): wait for HANG of `testkit.patience`"
    if name == "wait_for" and (number(second) or number(keyword(call, "timeout"))):
        yield "wait_for(…, seconds): wait for HANG"
    if name in PROGRAMS and number(keyword(call, "timeout")):
        yield f"{name}(timeout=…): wait for HANG"


def test_no_test_has_seconds_of_its_own() -> None:
    found = [
        f"{file.relative_to(TESTS)}:{line}: {said}"
        for file in sorted(TESTS.rglob("*.py"))
        for line, said in verdicts(ast.parse(file.read_text()))
        if TESTS / "infrahub" not in file.parents  # a real one takes minutes, by a patience of its own
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "began = time.thread_time()",
        "await scene.until_sync(name, seconds=3)",
        "await eventually(check, 5)",
        "async with asyncio.timeout(5): pass",
        "await asyncio.wait_for(event.wait(), 10)",
        "subprocess.run(['vidra'], timeout=20)",
        f"await kubectl('wait', '{LIMIT}10s')",
        "pytestmark = pytest.mark.timeout(300)",
    ],
)
def test_the_kinds_that_are_found(text: str) -> None:
    assert len(list(verdicts(ast.parse(text)))) == 1


@pytest.mark.parametrize(
    "text", ["await scene.until_sync(name)", "async with asyncio.timeout(HANG): pass", "limits(timeout=0.3)"]
)
def test_what_is_fine(text: str) -> None:
    assert list(verdicts(ast.parse(text))) == []
