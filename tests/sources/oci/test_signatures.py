"""An artifact that has to be signed is read only with a signature of a key that counts, over its digest."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from testkit.archives import archive
from testkit.cosigning import Cosigner
from testkit.parts.oci_registry import FLUX, OciRegistry
from testkit.signing import keys_secret
from testkit.sources import Remarks
from vidra.api.reasons import Reason
from vidra.api.sources import OciSource, VerifyOci
from vidra.sources.lent import Lent
from vidra.sources.oci import OciKind
from vidra.sources.protocol import SourceError

NAME = "team/manifests"
ADA, EVE = Cosigner(), Cosigner()


@pytest.fixture
async def registry() -> AsyncIterator[OciRegistry]:
    async with OciRegistry() as running:
        yield running


@pytest.fixture
async def kind(lent: Lent) -> AsyncIterator[OciKind]:
    kind = OciKind(lent)
    lent.keys.changed(keys_secret(ada=ADA.public))
    yield kind
    await kind.close()


@pytest.fixture
def spec(registry: OciRegistry) -> OciSource:
    return OciSource(url=f"{registry.url}/{NAME}", insecure=True, paths=("apps/*",), verify=VerifyOci("team"))


async def pushed(registry: OciRegistry, value: int = 1, tag: str = "latest") -> str:
    return await registry.push(NAME, tag, [(FLUX, archive({"apps/web/a.yaml": f"a: {value}\n"}))])


async def read(kind: OciKind, spec: OciSource) -> bytes:
    source = await kind.open(spec, Remarks())
    [unit] = (await source.list()).units
    text = await source.fetch(unit)
    assert isinstance(text, bytes)
    return text


async def refused(kind: OciKind, spec: OciSource) -> str:
    with pytest.raises(SourceError) as caught:
        await read(kind, spec)
    assert caught.value.reason == Reason.VERIFICATION_FAILED
    return str(caught.value)


@pytest.mark.parametrize("referrer", [False, True])
async def test_a_signed_artifact_is_read(
    registry: OciRegistry, kind: OciKind, spec: OciSource, *, referrer: bool
) -> None:
    digest = await pushed(registry)
    await ADA.sign(registry, NAME, digest, referrer=referrer)
    assert b"a: 1" in await read(kind, spec)
    assert b"a: 1" in await read(kind, replace(spec, digest=digest))
    before = len(registry.asked)
    assert (await (await kind.open(spec, Remarks())).list()).units
    assert [one.method for one in registry.asked[before:]] == ["HEAD"], "what was verified is not asked for again"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("unsigned", "no signature of cosign"),
        ("by another", "no key that counts signed it"),
        ("of another artifact", "signatures are of other artifacts"),
        ("spoiled", "no key that counts signed it"),
        ("the tag moved", "no signature of cosign"),
    ],
)
async def test_an_artifact_that_no_key_that_counts_signed_is_not_read(
    registry: OciRegistry, kind: OciKind, spec: OciSource, how: str, why: str
) -> None:
    digest = await pushed(registry)
    match how:
        case "by another":
            await EVE.sign(registry, NAME, digest)
        case "of another artifact":
            await ADA.sign(registry, NAME, digest, about=await pushed(registry, 2, "other"))
        case "spoiled":
            await ADA.sign(registry, NAME, digest, spoil=True)
        case "the tag moved":
            await ADA.sign(registry, NAME, digest)
            assert b"a: 1" in await read(kind, spec)
            await pushed(registry, 2)
    assert why in await refused(kind, spec)
    assert not [one for one in registry.asked if "/blobs/" in one.path and how == "unsigned"], "its layer stays there"


async def test_a_key_that_is_taken_away_verifies_nothing_any_more_and_one_that_comes_does(
    registry: OciRegistry, kind: OciKind, spec: OciSource, lent: Lent
) -> None:
    await ADA.sign(registry, NAME, await pushed(registry))
    heard: list[bool] = []
    kind.listen(lambda concerns: heard.append(concerns(spec)))
    assert b"a: 1" in await read(kind, spec)
    lent.keys.changed(keys_secret(ada=EVE.public))
    assert "no key that counts signed it" in await refused(kind, spec)
    lent.keys.changed(keys_secret(ada=ADA.public, eve="-----BEGIN PUBLIC KEY-----\nnone\n-----END PUBLIC KEY-----"))
    assert b"a: 1" in await read(kind, spec)
    assert heard == [True, True]


async def test_a_signature_that_comes_later_counts_then(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    digest = await pushed(registry)
    await refused(kind, spec)
    await ADA.sign(registry, NAME, digest)
    assert b"a: 1" in await read(kind, spec)
