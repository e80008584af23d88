"""What a person types is understood as kubectl would, or refused with what was probably meant."""

from enum import StrEnum
from typing import Annotated, Any

import pytest

from vidra.cli.main import PROGRAM, app
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.command import Command
from vidra.cli.parsing.complete import complete
from vidra.cli.parsing.errors import UsageError
from vidra.cli.parsing.find import find
from vidra.cli.parsing.group import Group
from vidra.cli.parsing.parse import parse


class Form(StrEnum):
    JSON = "json"
    YAML = "yaml"


def fetch(  # noqa: PLR0917 - flags
    name: Annotated[str, Argument(help="A name.")],
    more: Annotated[list[str] | None, Argument(help="More names.")] = None,
    output: Annotated[Form, Option("--output", "-o", help="How.")] = Form.JSON,
    tags: Annotated[list[str] | None, Option("--tag", help="A tag.", envvar="FETCH_TAGS")] = None,
    tail: Annotated[int, Option(min=0, help="So many.")] = 10,
    date: Annotated[str, Option(help="When.")] = "",
    watch: Annotated[bool, Option("-w", "--watch", help="Go on.")] = False,
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask.")] = False,
    quick: Annotated[bool | None, Option("--quick/--no-quick", help="Or not.")] = None,
) -> None:
    """Fetch something.

    Example: fetch web
    """


FETCH = Command(fetch)
USUAL: dict[str, Any] = {
    "name": "web",
    "more": None,
    "output": Form.JSON,
    "tags": None,
    "tail": 10,
    "date": "",
    "watch": False,
    "yes": False,
    "quick": None,
}


@pytest.mark.parametrize(
    ("line", "different"),
    [
        ("web", {}),
        ("web db -o yaml", {"more": ["db"], "output": Form.YAML}),
        ("-oyaml web", {"output": Form.YAML}),
        ("-o=yaml web", {"output": Form.YAML}),
        ("--output=yaml web", {"output": Form.YAML}),
        ("--tag a web --tag b", {"tags": ["a", "b"]}),
        ("-wy web", {"watch": True, "yes": True}),
        ("-wo yaml web", {"watch": True, "output": Form.YAML}),
        ("--watch=false web", {}),
        ("--no-quick web", {"quick": False}),
        ("--quick web", {"quick": True}),
        ("web --date -2h", {"date": "-2h"}),
        ("web --tail 3 --tail 4", {"tail": 4}),
        ("web -- --watch", {"more": ["--watch"]}),
        ("web -", {"more": ["-"]}),
    ],
)
def test_values_are_found_wherever_they_stand(line: str, different: dict[str, Any]) -> None:
    assert parse(FETCH, line.split()) == USUAL | different


def test_the_environment_says_what_the_line_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETCH_TAGS", "a b")
    assert parse(FETCH, ["web"])["tags"] == ["a", "b"]
    assert parse(FETCH, ["web", "--tag", "c"])["tags"] == ["c"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "NAME is missing"),
        ("web --wtach", 'no such option: --wtach; did you mean "--watch"?'),
        ("web -x", "no such option: -x"),
        ("web -o", "--output needs a value: one of json, yaml"),
        ("web -o yml", "--output 'yml': one of json, yaml; did you mean \"yaml\"?"),
        ("web --tail few", "--tail 'few': a number is needed"),
        ("web --tail -1", "--tail -1: 0 or more is needed"),
        ("web --watch=perhaps", "--watch takes no value"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(line: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(FETCH, line.split())
    assert str(caught.value) == message.replace("--output needs", "-o needs")


def test_a_mistyped_command_is_asked_for() -> None:
    for line, meant in (("gte", "get"), ("infrahub webhok", "webhook"), ("suspned", "suspend")):
        with pytest.raises(UsageError, match=f'did you mean "{meant}"'):
            find(app, PROGRAM, line.split())


@pytest.mark.parametrize("line", ["--context edge get web", "-o yaml --context=edge get web", "get web --context edge"])
def test_flags_may_stand_before_the_verb(line: str) -> None:
    found = find(app, PROGRAM, line.split())
    assert isinstance(found.node, Command)
    values = parse(found.node, found.rest)
    assert (found.path, values["names"], values["context"]) == ("vidra get", ["web"], "edge")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["g"], ["get"]),
        (["infrahub", ""], ["webhook", "query"]),
        (["get", "--not"], ["--not-ready"]),
        (["get", "-o", "y"], ["yaml"]),
        (["get", "--output=j"], ["--output=json"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["explain", "kindu"], ["KindUnknown"]),
        (["check", "cr"], ["crds"]),
        (["nosuch", ""], []),
    ],
)
def test_a_shell_is_offered_what_may_follow(words: list[str], offered: list[str]) -> None:
    assert complete(app, PROGRAM, words) == offered


def commands(group: Group, path: str) -> list[tuple[str, Command]]:
    found = []
    for _, name, child in group.listed():
        deeper = f"{path} {name}"
        found += [(deeper, child)] if isinstance(child, Command) else commands(child, deeper)
    return found


def test_no_two_options_of_a_command_have_one_name() -> None:
    for path, command in commands(app, PROGRAM):
        names = [name for option in command.options for name in (*option.on, *option.off)]
        assert sorted(set(names)) == sorted(names), path
