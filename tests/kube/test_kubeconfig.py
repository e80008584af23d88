"""A person's own kubeconfig: trusted, but no program is run for it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from vidra.kube.connection import Connection, NotConfiguredError
from vidra.kube.kubeconfig import decoded, default_path, from_file, parse


def kubeconfig(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> bytes:
    return msgspec.yaml.encode(
        {
            "current-context": "now",
            "contexts": [
                {"name": "then", "context": {"cluster": "gone", "user": "me"}},
                {"name": "now", "context": {"cluster": "here", "user": "me"}},
            ],
            "clusters": [{"name": "here", "cluster": {"server": "https://here:6443/", **(cluster or {})}}],
            "users": [{"name": "me", "user": user or {}}],
        }
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config"


def test_the_current_context_counts_unless_another_is_named(file: Path) -> None:
    file.write_bytes(kubeconfig(user={"token": "t\n"}))
    assert from_file(file) == Connection(server="https://here:6443", token="t")
    with pytest.raises(NotConfiguredError, match="no cluster 'gone'"):
        from_file(file, "then")
    with pytest.raises(NotConfiguredError, match="no context 'never'"):
        from_file(file, "never")


def test_files_are_read_from_beside_the_kubeconfig(file: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (file.parent / name).write_text(name)
    user = {"client-certificate": "cert.pem", "client-key": "key.pem", "tokenFile": "token"}
    file.write_bytes(kubeconfig({"certificate-authority": "ca.pem"}, user))
    found = from_file(file)
    assert (found.ca, found.certificate, found.key) == ("ca.pem", "cert.pem", "key.pem")
    assert found.token_file == str(file.parent / "token")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (kubeconfig(user={"exec": {"command": "aws"}}), "logs in with a plugin"),
        (kubeconfig(user={"auth-provider": {"name": "oidc"}}), "logs in with a plugin"),
        (kubeconfig({"certificate-authority": "nowhere.pem"}), r"cannot read nowhere\.pem"),
        (kubeconfig({"server": ""}), "needs a server"),
        (kubeconfig({"server": "here:6443"}), "needs a server"),
        (b"a: [", "not a kubeconfig"),
        (b"- hush", "not a kubeconfig"),
        (b"clusters: hush", "not a kubeconfig"),
        (b"\xff\xfe\x00hush", "not a kubeconfig"),
        (b"[" * 100_000, "not a kubeconfig"),
        (b"", "not a kubeconfig"),
    ],
)
def test_what_leads_nowhere_says_why(file: Path, text: bytes, said: str) -> None:
    file.write_bytes(text)
    with pytest.raises(NotConfiguredError, match=said) as caught:
        from_file(file)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_not_there_says_so(file: Path) -> None:
    with pytest.raises(NotConfiguredError, match="No such file"):
        from_file(file)


@pytest.mark.parametrize("data", ["!hush!", "aHVza", "gICA", "a=b"])
def test_data_that_is_not_base64_of_text_is_refused(data: str) -> None:
    with pytest.raises(NotConfiguredError, match=r"^ca is not base64 of PEM text$"):
        decoded(data, "ca")


def test_base64_may_be_folded() -> None:
    assert decoded("UEVN\n  IHRl\n eHQ=\n", "ca") == "PEM text"
    assert not decoded("", "ca")


def test_a_user_shows_nothing() -> None:
    assert "hush" not in repr(parse(kubeconfig(user={"token": "hush", "password": "hush"})))


@pytest.mark.parametrize(("value", "path"), [("", None), (":/b:/c", "/b"), ("/a", "/a"), ("/a:/b", "/a")])
def test_the_first_file_of_kubeconfig_counts(monkeypatch: pytest.MonkeyPatch, value: str, path: str | None) -> None:
    monkeypatch.setenv("KUBECONFIG", value)
    assert default_path() == (Path(path) if path else None)
