"""A repository that has to be signed is read only with a signature of a key that counts, over what is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from testkit.parts.git import Repository
from testkit.signing import Signer, keys_secret
from testkit.sources import Remarks
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource, Verify, VerifyMode
from vidra.sources.git import GitKind
from vidra.sources.lent import Lent
from vidra.sources.protocol import SourceError

FILES = {"apps/web/a.yaml": "a: 1\n"}
COMMIT, TAG = Verify(VerifyMode.COMMIT, "team"), Verify(VerifyMode.TAG, "team")


@pytest.fixture
def ada(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


@pytest.fixture
def eve(tmp_path: Path) -> Signer:
    return Signer(tmp_path)


async def read(kind: GitKind, spec: GitSource) -> bytes:
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    [unit] = (await source.list()).units
    text = await source.fetch(unit)
    assert isinstance(text, bytes)
    return text


async def refused(kind: GitKind, spec: GitSource) -> str:
    with pytest.raises(SourceError) as caught:
        await read(kind, spec)
    assert caught.value.reason == Reason.VERIFICATION_FAILED
    return str(caught.value)


async def test_a_signed_commit_and_a_signed_tag_are_read(
    repository: Repository, kind: GitKind, lent: Lent, spec: GitSource, ada: Signer
) -> None:
    lent.keys.changed(keys_secret(ada=ada.public))
    repository.commit(FILES)
    ada.commit(repository)
    ada.tag(repository, "v1.0.0")
    for wanted in (replace(spec, verify=COMMIT), replace(spec, verify=TAG, semver=">=1.0")):
        assert b"a: 1" in await read(kind, wanted)


def _unsigned(repository: Repository, ada: Signer, eve: Signer) -> None:
    """Nothing is signed."""


def _by_another(repository: Repository, ada: Signer, eve: Signer) -> None:  # noqa: ARG001
    eve.commit(repository)


def _tampered(repository: Repository, ada: Signer, eve: Signer) -> None:  # noqa: ARG001
    """A signature that was made for another commit."""
    signed = repository.git("cat-file", "commit", ada.commit(repository)) + "\n"
    _store(repository, signed.replace("a signed change", "another change"))


def _hidden(repository: Repository, ada: Signer, eve: Signer) -> None:  # noqa: ARG001
    """The signed commit is in the message of one that nobody signed."""
    signed = repository.git("cat-file", "commit", ada.commit(repository)) + "\n"
    tree = repository.git("rev-parse", "main^{tree}")
    _store(repository, f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n{signed}")


def _twice(repository: Repository, ada: Signer, eve: Signer) -> None:  # noqa: ARG001
    """Two signatures, of which one is right."""
    first = repository.git("cat-file", "commit", eve.commit(repository)) + "\n"
    _store(repository, first.replace("gpgsig ", "gpgsig -----BEGIN SSH SIGNATURE-----\n x\ngpgsig ", 1))


def _pgp(repository: Repository, ada: Signer, eve: Signer) -> None:  # noqa: ARG001
    signed = repository.git("cat-file", "commit", ada.commit(repository)) + "\n"
    _store(repository, signed.replace("SSH SIGNATURE", "PGP SIGNATURE"))


def _store(repository: Repository, commit: str) -> None:
    identity = repository.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", data=commit.encode())
    repository.git("update-ref", "refs/heads/main", identity)


Bad = Callable[[Repository, Signer, Signer], None]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (_unsigned, "it is not signed"),
        (_by_another, "another key signed it"),
        (_tampered, "not of these bytes"),
        (_hidden, "it is not signed"),
        (_twice, "more than one signature"),
        (_pgp, "signed with PGP"),
    ],
)
async def test_a_commit_that_no_key_that_counts_signed_is_not_read(
    repository: Repository, kind: GitKind, lent: Lent, spec: GitSource, ada: Signer, *, eve: Signer, bad: Bad, why: str
) -> None:
    lent.keys.changed(keys_secret(ada=ada.public))
    lent.keys.changed(keys_secret("others", "others", eve=eve.public))
    repository.commit(FILES)
    bad(repository, ada, eve)
    said = await refused(kind, replace(spec, verify=COMMIT))
    assert why in said
    assert "keys that count: vidra-system/keys)" in said


async def test_without_keys_nothing_is_verified(repository: Repository, kind: GitKind, spec: GitSource) -> None:
    repository.commit(FILES)
    said = await refused(kind, replace(spec, verify=COMMIT))
    assert "store public keys in a Secret labelled vidra.infrahub.operators.com/keys=team" in said


async def test_a_key_that_is_taken_away_verifies_nothing_any_more(
    repository: Repository, kind: GitKind, lent: Lent, spec: GitSource, ada: Signer, *, eve: Signer
) -> None:
    repository.commit(FILES)
    ada.commit(repository)
    heard: list[bool] = []
    wanted = replace(spec, verify=COMMIT)
    kind.listen(lambda concerns: heard.append(concerns(wanted)))
    lent.keys.changed(keys_secret(ada=ada.public))
    assert b"a: 1" in await read(kind, wanted)
    lent.keys.changed(keys_secret(ada=eve.public))
    assert "another key signed it" in await refused(kind, wanted)
    lent.keys.changed(keys_secret("others", "others", ada=ada.public))
    assert heard == [True, True, False]


@pytest.mark.parametrize("how", ["light", "renamed", "moved", "of another", "a branch", "unsigned"])
async def test_a_tag_counts_only_as_it_was_signed(
    repository: Repository, kind: GitKind, lent: Lent, spec: GitSource, ada: Signer, *, eve: Signer, how: str
) -> None:
    lent.keys.changed(keys_secret(ada=ada.public))
    old = repository.commit(FILES)
    ada.tag(repository, "v1.0.0")
    repository.commit({"apps/web/a.yaml": "a: 2\n"})
    match how:
        case "light":
            repository.tag("v2.0.0")
        case "unsigned":
            repository.tag("v2.0.0", annotated=True)
        case "renamed":  # the vulnerable old version, under the name of a new one
            repository.git("update-ref", "refs/tags/v2.0.0", repository.git("rev-parse", "refs/tags/v1.0.0"))
        case "moved":
            signed = repository.git("cat-file", "tag", "v1.0.0") + "\n"
            other = signed.replace(old, repository.head()).replace("v1.0.0", "v2.0.0").encode()
            identity = repository.git("hash-object", "-w", "-t", "tag", "--literally", "--stdin", data=other)
            repository.git("update-ref", "refs/tags/v2.0.0", identity)
        case "of another":
            eve.tag(repository, "v2.0.0")
    where = {"branch": "main"} if how == "a branch" else {"tag": "v2.0.0"}
    await refused(kind, replace(spec, verify=TAG, **where))
    assert b"a: 1" in await read(kind, replace(spec, verify=TAG, tag="v1.0.0"))
