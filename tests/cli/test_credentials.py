"""`vidra credentials` keeps credentials of Infrahubs, and never tells them."""

import base64
import itertools
import os
import pty
import termios
from pathlib import Path
from typing import Any

import pytest

from testkit.command import Vidra, started
from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from testkit.eventually import eventually
from vidra.kube.client import Client
from vidra.kube.errors import ApiError

Json = dict[str, Any]

URL = "https://infrahub.example.com:8443/lab"
NAME = "infrahub-infrahub.example.com-8443-lab"
_numbers = itertools.count(1)


@pytest.fixture
async def place(own_plane: ControlPlane) -> str:
    """A namespace."""
    name = f"credentials-{next(_numbers)}"
    await own_plane.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    return name


async def secret(plane: ControlPlane, place: str, name: str = NAME) -> Json:
    client = Client(connection_to(plane))
    try:
        return dict(await client.get(f"/api/v1/namespaces/{place}/secrets/{name}", dict))
    finally:
        await client.close()


def decoded(item: Json) -> Json:
    return {key: base64.b64decode(value).decode() for key, value in item["data"].items()}


async def test_a_password_comes_from_a_file_or_standard_input(bare: Vidra, own_plane: ControlPlane, place: str) -> None:
    by_file = ("--username", "vidra", "--password-file", "-", "-n", place)
    ended = await bare("credentials", "apply", URL, *by_file, stdin="hunter2\n")
    assert (ended.code, ended.err) == (0, "")
    item = await secret(own_plane, place)
    assert decoded(item) == {"username": "vidra", "password": "hunter2"}
    assert item["metadata"]["labels"] == {"infrahub-api-url": "infrahub.example.com"}
    assert item["metadata"]["annotations"] == {"infrahub-api-url": URL}


async def test_a_password_is_asked_for_at_a_terminal_and_not_shown(own_plane: ControlPlane, place: str) -> None:
    command = ("credentials", "apply", URL, "--username", "vidra", "-n", place)
    ours, theirs = pty.openpty()
    around = {"KUBECONFIG": str(own_plane.kubeconfig)}
    process = await started(*command, environment=around, stdin=theirs, start_new_session=True)
    assert process.stderr is not None
    assert await process.stderr.readuntil(b":") == b"password:"
    await eventually(lambda: not termios.tcgetattr(theirs)[3] & termios.ECHO)
    os.write(ours, b"typed\n")
    out, err = await process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, err
    assert b"typed" not in out + err
    assert decoded(await secret(own_plane, place))["password"] == "typed"


async def test_without_a_terminal_a_password_has_to_be_given(bare: Vidra, place: str) -> None:
    ended = await bare("credentials", "apply", URL, "--username", "vidra", "-n", place)
    assert ended.code == 2
    assert (
        ended.err
        == "error: the password is missing: give --password-file FILE, or --password-file - for standard input\n"
    )


async def test_a_token_takes_the_place_of_a_user(
    bare: Vidra, own_plane: ControlPlane, place: str, tmp_path: Path
) -> None:
    await bare("credentials", "apply", URL, "-u", "vidra", "--password", "hunter2", "-n", place)
    (tmp_path / "token").write_text("1234-abcd\n")
    ended = await bare("credentials", "apply", URL, "--token-file", str(tmp_path / "token"), "-n", place)
    assert ended.code == 0, ended.err
    assert decoded(await secret(own_plane, place)) == {"token": "1234-abcd"}


async def test_no_form_of_output_tells_a_value(bare: Vidra, place: str) -> None:
    await bare("credentials", "apply", URL, "-u", "vidra", "--password", "hunter2", "-n", place)
    for form in ("table", "wide", "json", "yaml", "name"):
        for command in (("list",), ("get", f"{place}/{NAME}")):
            ended = await bare("credentials", *command, "-o", form)
            assert ended.code == 0, ended.err
            assert NAME in ended.out
            assert "hunter2" not in ended.out
            assert base64.b64encode(b"hunter2").decode() not in ended.out


async def test_deleting_says_who_uses_them_and_asks(bare: Vidra, own_plane: ControlPlane, place: str) -> None:
    await bare("credentials", "apply", URL, "-u", "vidra", "--password", "hunter2", "-n", place)
    await bare("infrahubsync", "apply", place, "--url", URL, "--artifact", "Web")
    refused = await bare("credentials", "delete", f"{place}/{NAME}", stdin="n\n")
    assert refused.code == 1
    assert "1 sync reads from this Infrahub" in refused.err
    assert place in refused.err
    assert (await secret(own_plane, place))["data"]
    assert (await bare("credentials", "delete", f"{place}/{NAME}", "--yes")).code == 0
    with pytest.raises(ApiError):
        await secret(own_plane, place)
    await bare("infrahubsync", "delete", place, "--yes")


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-url", "-u", "vidra", "--password", "x"), "the address of Infrahub is not a URL"),
        ((URL, "-u", "vidra", "--token-file", "-"), "choose one"),
        ((URL, "-u", "vidra", "--password-file", "/nonexistent"), "cannot read /nonexistent"),
        ((URL, "-u", "vidra", "--password-file", "-"), "the password is empty"),
    ],
)
async def test_what_cannot_be_credentials_is_one_sentence(
    bare: Vidra, place: str, arguments: tuple[str, ...], says: str
) -> None:
    ended = await bare("credentials", "apply", *arguments, "-n", place)
    assert ended.code in {1, 2}
    assert says in ended.err
    assert ended.err.count("\n") == 1


async def test_a_namespace_that_is_missing_is_said(bare: Vidra) -> None:
    ended = await bare("credentials", "apply", URL, "-u", "vidra", "--password", "x", "-n", "nowhere")
    assert (ended.code, ended.out) == (1, "")
    assert "the namespace nowhere is missing" in ended.err
