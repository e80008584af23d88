"""The command finds its cluster as kubectl does, with programs that fetch credentials."""

import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from vidra.cli.kubeconfig_loading import connection
from vidra.cli.options import Place
from vidra.kube.connection import NotConfiguredError

Json = dict[str, Any]


def config(folder: Path, name: str, user: Json, *, current: bool = True, **cluster: Any) -> Path:
    """A kubeconfig with one context, called like its user and cluster."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example.com", **cluster}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        **({"current-context": name} if current else {}),
    }
    file = folder / "config"
    file.write_text(yaml.safe_dump(body))
    return file


def program(folder: Path, text: str) -> str:
    """A program in Python, ready to run."""
    file = folder / "login"
    file.write_text(f"#!{sys.executable}\nimport json, os, sys\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def plugin(command: str, **more: Any) -> Json:
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": command, **more}}


GIVES = (
    'print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": STATUS}))'
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def test_the_one_in_the_home_folder_is_the_default(tmp_path: Path) -> None:
    config(tmp_path / "home" / ".kube", "home", {"token": "t"})
    assert connection(Place()).server == "https://home.example.com"


def test_several_files_count_as_one_and_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = config(tmp_path / "a", "one", {"token": "first"}, current=False)
    second = config(tmp_path / "b", "two", {"token": "second"})
    monkeypatch.setenv("KUBECONFIG", f"{first}:/nonexistent:{second}")
    assert connection(Place()).token == "second"
    assert connection(Place(context="one")).token == "first"


def test_files_that_it_names_lie_beside_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = config(tmp_path / "a", "one", {"tokenFile": "token"})
    (tmp_path / "a" / "token").write_text("secret")
    second = config(tmp_path / "b", "two", {"token": "x"})
    monkeypatch.setenv("KUBECONFIG", f"{second}:{first}")
    assert connection(Place(context="one")).authorization() == "Bearer secret"


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(NotConfiguredError, match=r"cannot read the kubeconfig .*nosuch"):
        connection(Place(tmp_path / "nosuch"))


def test_a_context_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    file = config(tmp_path, "one", {"token": "t"})
    with pytest.raises(NotConfiguredError, match=r"no context 'two'.*there are: one"):
        connection(Place(file, "two"))


@pytest.mark.parametrize(
    ("user", "cluster", "says"),
    [
        ({"token": "t", "as": "admin"}, {}, r"acts as somebody else \(as\)"),
        ({"token": "t", "as-groups": ["system:masters"]}, {}, r"acts as somebody else \(as-groups\)"),
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider"),
        ({"token": "t"}, {"proxy-url": "socks5://localhost"}, "proxy-url"),
    ],
)
def test_what_the_command_cannot_do_is_refused_and_not_left_out(
    tmp_path: Path, user: Json, cluster: Json, says: str
) -> None:
    with pytest.raises(NotConfiguredError, match=says):
        connection(Place(config(tmp_path, "one", user, **cluster)))


def test_a_program_gives_a_token_and_knows_what_it_is_asked_for(tmp_path: Path) -> None:
    text = 'info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])\nassert info["spec"]["interactive"] is False\n'
    text += 'assert info["spec"]["cluster"]["server"] == "https://one.example.com"\n'
    command = program(tmp_path, text + GIVES.replace("STATUS", '{"token": sys.argv[1] + os.environ["MORE"]}'))
    more = {"args": ["from-"], "env": [{"name": "MORE", "value": "program"}], "provideClusterInfo": True}
    file = config(tmp_path, "one", plugin(command, interactiveMode="Never", **more))
    assert connection(Place(file)).token == "from-program"


def test_a_program_beside_the_kubeconfig_is_found(tmp_path: Path) -> None:
    program(tmp_path, GIVES.replace("STATUS", '{"token": "beside"}'))
    assert connection(Place(config(tmp_path, "one", plugin("./login")))).token == "beside"


def test_a_program_may_give_a_certificate(tmp_path: Path) -> None:
    status = '{"clientCertificateData": "CERT", "clientKeyData": "KEY"}'
    command = program(tmp_path, GIVES.replace("STATUS", status))
    found = connection(Place(config(tmp_path, "one", plugin(command))))
    assert (found.certificate, found.key) == ("CERT", "KEY")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sys.exit(3)", r"failed \(3\)"),
        ("print('hunter2')", "wrote what is no ExecCredential"),
        (GIVES.replace("STATUS", "{}"), "gave no credentials"),
        (GIVES.replace("STATUS", '{"token": "hunter2"}').replace("/v1", "/v9"), "gave no credentials"),
    ],
)
def test_a_program_that_gives_nothing_is_one_sentence_without_what_it_wrote(
    tmp_path: Path, text: str, says: str
) -> None:
    file = config(tmp_path, "one", plugin(program(tmp_path, text)))
    with pytest.raises(NotConfiguredError, match=says) as refused:
        connection(Place(file))
    assert "hunter2" not in str(refused.value)


def test_a_program_that_is_missing_tells_its_hint(tmp_path: Path) -> None:
    file = config(tmp_path, "one", plugin("no-such-program", installHint="get it from us"))
    with pytest.raises(NotConfiguredError, match=r"no-such-program.*get it from us"):
        connection(Place(file))


def test_a_program_that_must_ask_needs_a_terminal(tmp_path: Path) -> None:
    command = program(tmp_path, GIVES.replace("STATUS", '{"token": "t"}'))
    file = config(tmp_path, "one", plugin(command, interactiveMode="Always"))
    with pytest.raises(NotConfiguredError, match="no terminal"):
        connection(Place(file), interactive=False)


async def test_the_command_works_with_such_a_user(tmp_path: Path, own_plane: ControlPlane) -> None:
    given = yaml.safe_load(own_plane.kubeconfig.read_text())
    status = {"token": given["users"][0]["user"]["token"]}
    given["users"][0]["user"] = plugin(program(tmp_path, GIVES.replace("STATUS", repr(status))))
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(given))
    vidra: Vidra = vidra_with(file)
    ended = await vidra("get", "--sync", "nosuch")
    assert (ended.code, ended.err.splitlines()[0]) == (0, "nothing matches")  # after it, that nobody is at work


async def test_a_user_whom_the_server_does_not_know_is_one_sentence(tmp_path: Path, controlplane: ControlPlane) -> None:
    given = yaml.safe_load(controlplane.kubeconfig.read_text())
    given["users"][0]["user"] = {"token": "wrong"}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(given))
    ended = await vidra_with(file)("events")
    assert ended.code == 1
    assert ended.err.startswith("error: the API server does not take these credentials")
    assert ended.err.count("\n") == 1
