"""A signature of ssh counts if a key that counts made it now, for Git, over these very bytes."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from testkit.signing import Signer, keys_secret
from vidra.sources.signatures.keys import Keys, keys_for
from vidra.sources.signatures.ssh import SignatureError, check

MESSAGE = b"what is signed"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def signature(signer: Signer, message: bytes = MESSAGE, namespace: str = "git") -> bytes:
    """As ssh-keygen makes it."""
    command = ("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(signer.path))
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout


def keys(text: str) -> Keys:
    return keys_for("team", [keys_secret(ada=text), keys_secret("others", "others", ada="nobody's")])


@pytest.mark.parametrize(
    "kind", [("ed25519",), ("ecdsa", "-b", "256"), ("ecdsa", "-b", "521"), ("rsa", "-b", "2048")], ids=" ".join
)
def test_a_key_of_each_kind_signs(tmp_path: Path, kind: tuple[str, ...]) -> None:
    signer = Signer(tmp_path, *kind)
    signed, known = signature(signer), keys(f"# people\n\nada@example.com {signer.public}")
    assert check(signed, MESSAGE, known.keys, "git", NOW).secret == "vidra-system/keys"
    with pytest.raises(SignatureError, match="not of these bytes"):
        check(signed, MESSAGE + b".", known.keys, "git", NOW)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('ada@example.com valid-before="20261129" {key}', "is over"),
        ('ada@example.com valid-after="20261130" {key}', "has not begun"),
        ('ada@example.com namespaces="file" {key}', "may not sign this"),
    ],
)
def test_a_key_counts_as_its_line_says(tmp_path: Path, line: str, why: str) -> None:
    signer = Signer(tmp_path)
    with pytest.raises(SignatureError, match=why):
        check(signature(signer), MESSAGE, keys(line.format(key=signer.public)).keys, "git", NOW)
    fine = 'ada@example.com valid-after="20261128",valid-before="20261130",namespaces="file,git" {key}'
    found = keys(fine.format(key=signer.public)).keys
    assert check(signature(signer), MESSAGE, found, "git", NOW) == found[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("* cert-authority ssh-ed25519 AAAA", "certificates of ssh are not supported"),
        ("ssh-ed25519 not-base64!", "no text with public keys"),
        ("ssh-dss AAAA", "no public key of a supported kind"),
        ('a valid-before="soon" ssh-ed25519 AAAA', "no time"),
        ("# nobody", "there is no key in it"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "keys of PGP are not supported"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----", "it is a private key"),
        ("c2VjcmV0 " * 4_000, "no public key of a supported kind"),
    ],
)
def test_what_is_no_key_is_said_and_not_shown(tmp_path: Path, text: str, why: str) -> None:
    signer = Signer(tmp_path)
    found = keys_for("team", [keys_secret(ada=signer.public, other=text)])
    assert check(signature(signer), MESSAGE, found.keys, "git", NOW) == found.keys[0]
    [said] = found.problems
    assert why in said
    assert "other of the Secret vidra-system/keys" in said
    assert "c2VjcmV0" not in str(found.failed("it", "of that"))


@pytest.mark.parametrize("spoil", ["cut", "longer", "other", "letters", "empty", "huge"])
def test_a_spoiled_signature_is_an_error_and_no_fault(tmp_path: Path, spoil: str) -> None:
    signer, known = Signer(tmp_path), Signer(tmp_path)
    signed = signature(signer)
    lines = signed.splitlines(keepends=True)
    spoiled = {
        "cut": b"".join([*lines[:-2], lines[-1]]),
        "longer": b"".join([*lines[:-1], b"AAAA\n", lines[-1]]),
        "other": signature(known),
        "letters": signed.replace(b"A", b"!"),
        "empty": b"",
        "huge": b"".join([lines[0], b"A" * 100_000, b"\n", lines[-1]]),
    }[spoil]
    with pytest.raises(SignatureError):
        check(spoiled, MESSAGE, keys(signer.public).keys, "git", NOW)


def test_a_signature_for_something_else_is_none(tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    with pytest.raises(SignatureError, match="something else"):
        check(signature(signer, namespace="file"), MESSAGE, keys(signer.public).keys, "git", NOW)
