from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from testkit.infrahub import V1_4, V1_11, Endless, Release, StandIn
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, InfrahubSource, Selection
from vidra.sources.protocol import Source, SourceError, Unit

BYTES = "name: Zürich, 東京\r\n".encode() + b"\xff\xfe\x00"


@pytest.mark.parametrize("content_type", ["application/yaml", "application/json", "text/plain", "text/html"])
async def test_the_text_comes_as_the_bytes_it_is(
    standin: StandIn, infrahub: Infrahub, selection: Selection, content_type: str
) -> None:
    standin.add_artifact("Webserver_Manifest", BYTES, content_type=content_type)
    source: Source = InfrahubSource(infrahub, selection)
    [artifact] = (await source.list()).units
    assert await source.fetch(artifact) == BYTES


async def test_an_empty_text_is_a_text(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.add_artifact("Webserver_Manifest", b"")
    [artifact] = (await infrahub.list(selection)).units
    assert await infrahub.fetch(artifact, selection) == b""


async def test_what_was_never_generated_is_not_asked_for(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.never_generated("Webserver_Manifest")
    with pytest.raises(SourceError, match=id_) as caught:
        await infrahub.fetch(Unit(id_, None), selection)
    assert caught.value.reason == Reason.NOT_GENERATED
    assert standin.requests.count() == 0


async def test_a_text_that_is_not_what_was_announced_is_discarded(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.checksum_lie(id_)
    [artifact] = (await infrahub.list(selection)).units
    with pytest.raises(SourceError, match=f"{id_}, and announced 0000") as caught:
        await infrahub.fetch(artifact, selection)
    assert caught.value.reason == Reason.CHECKSUM_MISMATCH


@pytest.mark.parametrize(
    ("release", "message"),
    [(V1_4, "if it lasts, generate it again in Infrahub"), (V1_11, "Regenerate the artifact to restore it")],
    ids=str,
)
async def test_a_damaged_file_is_not_taken_and_the_way_out_is_told(
    selection: Selection, limits: InfrahubLimits, release: Release, message: str
) -> None:
    async with StandIn(release=release) as standin:
        infrahub = Infrahub(standin.url, Credential(token=standin.token), limits)
        id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
        standin.damage(id_)
        [artifact] = (await infrahub.list(selection)).units
        with pytest.raises(SourceError, match=message) as caught:
            await infrahub.fetch(artifact, selection)
        await infrahub.close()
    assert caught.value.reason == Reason.CHECKSUM_MISMATCH


async def test_a_text_that_changed_since_the_list_is_discarded(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    [artifact] = (await infrahub.list(selection)).units
    standin.change(id_, "a: 2\n")
    with pytest.raises(SourceError) as caught:
        await infrahub.fetch(artifact, selection)
    assert caught.value.reason == Reason.CHECKSUM_MISMATCH


async def test_a_deleted_artifact_is_not_found(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    [artifact] = (await infrahub.list(selection)).units
    standin.remove(id_)
    with pytest.raises(SourceError, match=id_) as caught:
        await infrahub.fetch(artifact, selection)
    assert caught.value.reason == Reason.ARTIFACT_NOT_FOUND
    assert standin.requests.count("/api/artifact") == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"branch": "nobranch"}, Reason.BRANCH_NOT_FOUND),
        ({"at": datetime(2020, 1, 1, tzinfo=UTC)}, Reason.ARTIFACT_NOT_FOUND),
    ],
)
async def test_branch_and_moment_count_for_the_text_as_well(
    standin: StandIn, infrahub: Infrahub, selection: Selection, wrong: dict[str, str], reason: Reason
) -> None:
    standin.add_artifact("Webserver_Manifest", "a: 1\n")
    [artifact] = (await infrahub.list(selection)).units
    with pytest.raises(SourceError) as caught:
        await infrahub.fetch(artifact, replace(selection, **wrong))
    assert caught.value.reason == reason


@pytest.mark.parametrize("announced", [True, False])
async def test_a_text_over_the_limit_is_not_read_to_its_end(
    standin: StandIn, infrahub: Infrahub, selection: Selection, announced: bool
) -> None:
    standin.faults.add(Endless(1 << 40, announced=announced), "/api/artifact/*")
    with pytest.raises(SourceError, match="over 8388608 bytes") as caught:
        await infrahub.fetch(Unit("x", "0" * 32), selection)
    assert caught.value.reason == Reason.TOO_LARGE
    assert standin.requests.count("/api/artifact") <= 1


async def test_a_text_as_large_as_the_limit_is_read(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    text = b"#" * (8 * 1024 * 1024)
    id_ = standin.add_artifact("Webserver_Manifest", text)
    checksum = hashlib.md5(text, usedforsecurity=False).hexdigest()
    assert await infrahub.fetch(Unit(id_, checksum), selection) == text


async def test_many_texts_at_once(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    for number in range(100):
        standin.add_artifact("Webserver_Manifest", f"a: {number}\n")
    artifacts = (await infrahub.list(selection)).units
    texts = await asyncio.gather(*(infrahub.fetch(artifact, selection) for artifact in artifacts))
    assert {*texts} == {f"a: {number}\n".encode() for number in range(100)}
