"""Artifacts of a registry: which are read, what is verified, and whom the credentials reach."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from msgspec.structs import replace
from yarl import URL

from testkit.archives import archive
from testkit.parts.oci_registry import ARGO, FLUX, OciRegistry
from testkit.sources import Remarks, lend, secret
from vidra.api.reasons import Reason
from vidra.api.sources import OciSource
from vidra.sources.lent import Lent
from vidra.sources.oci import OciKind
from vidra.sources.oci.challenge import Challenge, read_challenge, trusted
from vidra.sources.oci.tags import next_page
from vidra.sources.protocol import Listing, SourceError

USER, PASSWORD = "vidra", "hunter2-hunter2"
FILES = {"apps/web/a.yaml": "a: 1\n", "apps/db/b.yaml": "b: 1\n"}
NAME = "team/manifests"


@pytest.fixture
async def registry() -> AsyncIterator[OciRegistry]:
    async with OciRegistry() as running:
        yield running


@pytest.fixture
async def kind(lent: Lent) -> AsyncIterator[OciKind]:
    kind = OciKind(lent)
    yield kind
    await kind.close()


@pytest.fixture
def spec(registry: OciRegistry) -> OciSource:
    return OciSource(url=f"{registry.url}/{NAME}", insecure=True)


async def listed(kind: OciKind, spec: OciSource) -> Listing:
    return await (await kind.open(spec, Remarks())).list()


async def refused(kind: OciKind, spec: OciSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await listed(kind, spec)
    assert PASSWORD not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("media_type", [FLUX, ARGO])
async def test_the_folders_of_an_artifact_are_units(
    registry: OciRegistry, kind: OciKind, spec: OciSource, media_type: str
) -> None:
    digest = await registry.push(NAME, "latest", [(media_type, archive(FILES))])
    source = await kind.open(replace(spec, paths=("apps/*",)), Remarks())
    listing = await source.list()
    assert listing.revision == f"latest@{digest}"
    assert [unit.id for unit in listing.units] == ["apps/db", "apps/web"]
    assert await source.fetch(listing.units[1]) == b"--- # file: apps/web/a.yaml\na: 1\n"


async def test_a_plain_layer_is_one_unit(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    await registry.push(NAME, "latest", [("application/yaml", b"kind: x\n")])
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert await source.fetch(unit) == b"kind: x\n"


async def test_a_tag_that_did_not_move_costs_one_request(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    spec = replace(spec, paths=("apps/*",))
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    before = await listed(kind, spec)
    registry.asked.clear()
    assert await listed(kind, spec) == before
    assert [asked.method for asked in registry.asked] == ["HEAD"]
    await registry.push(NAME, "latest", [(FLUX, archive({**FILES, "apps/db/b.yaml": "b: 2\n"}))])
    after = await listed(kind, spec)
    assert [unit.id for unit in after.units if unit not in before.units] == ["apps/db"]


async def test_what_is_read_can_be_chosen(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    registry.page = 2
    digests = {
        tag: await registry.push(NAME, tag, [(FLUX, archive({"a.yaml": f"a: {tag}\n"}))])
        for tag in ("1.2.0", "1.10.0", "2.0.0-rc.1", "v3.0.0", "latest", "1.11.0_build")
    }
    for changes, tag in (
        ({"tag": "1.2.0"}, "1.2.0"),
        ({"semver": "~1.10"}, "1.10.0"),
        ({"semver": "^1"}, "1.11.0_build"),
        ({"semver": "*"}, "v3.0.0"),
        ({"semver": ">=2.0.0-0 <3"}, "2.0.0-rc.1"),
    ):
        assert (await listed(kind, replace(spec, **changes))).revision == f"{tag}@{digests[tag]}"
    pinned = replace(spec, digest=digests["1.2.0"])
    assert (await listed(kind, pinned)).revision == digests["1.2.0"]
    registry.asked.clear()
    await listed(kind, pinned)
    assert registry.asked == []


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
@pytest.mark.parametrize("docker", [True, False])
async def test_a_private_repository_is_read_with_the_credentials_for_it(
    registry: OciRegistry, lent: Lent, spec: OciSource, scheme: str, docker: bool
) -> None:
    registry.scheme, registry.users = scheme, {USER: PASSWORD}
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    kind = OciKind(lent)
    assert (await refused(kind, spec)).reason == Reason.CREDENTIALS_MISSING
    lent.secrets.changed(secret(url=registry.base, username=USER, password="wrong"))
    assert (await refused(kind, spec)).reason == Reason.UNAUTHORIZED
    host = registry.url.removeprefix("oci://")
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config = json.dumps({"auths": {"other": {"auth": "eDp5"}, host: {"auth": auth}, f"{host}/other": {"auth": "eDp5"}}})
    values = {"_dot_dockerconfigjson": config} if docker else {"username": USER, "password": PASSWORD}
    lent.secrets.changed(secret(url=registry.base, **values))
    source = await kind.open(spec, Remarks())
    (unit,) = (await source.list()).units
    assert await source.fetch(unit)
    registry.asked.clear()
    await listed(kind, spec)
    assert len(registry.asked) == 1  # the token is still good
    await kind.close()


async def test_a_public_repository_behind_tokens_needs_no_credentials(
    registry: OciRegistry, kind: OciKind, spec: OciSource
) -> None:
    registry.scheme = "bearer"
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    assert (await listed(kind, spec)).units


async def test_a_token_that_ended_is_renewed(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    registry.scheme = "bearer"
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    before = await listed(kind, spec)
    registry._tokens.clear()
    assert await listed(kind, spec) == before


@pytest.mark.parametrize(
    ("realm", "registry", "told"),
    [
        ("https://registry.example.com/token", "https://registry.example.com", True),
        ("https://auth.example.com/token", "https://registry.example.com", True),
        ("https://auth.docker.io/token", "https://registry-1.docker.io", True),
        ("https://gitlab.com/jwt/auth", "https://registry.gitlab.com", True),
        ("http://registry.example.com/token", "https://registry.example.com", False),
        ("https://evil.org/token", "https://registry.example.com", False),
        ("https://evil.co.uk/token", "https://registry.co.uk", False),
        ("https://auth.shop.co.uk/token", "https://registry.shop.co.uk", True),
        ("https://10.0.0.2/token", "https://10.0.0.1", False),
        ("https://10.0.0.1:8443/token", "https://10.0.0.1", True),
        ("http://other:5000/token", "http://registry:5000", False),
        ("https://example.com.evil.org/", "https://example.com", False),
    ],
)
def test_who_gives_tokens_is_told_the_credential_only_in_the_same_domain(realm: str, registry: str, told: bool) -> None:
    assert trusted(URL(realm), URL(registry)) is told


async def test_a_realm_elsewhere_gets_no_credential(registry: OciRegistry, spec: OciSource) -> None:
    lent = lend("127.0.0.0/8")
    lent.secrets.changed(secret(url=registry.base, username=USER, password=PASSWORD))
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    async with OciRegistry() as other:
        registry.scheme, registry.realm = "bearer", f"{other.base.replace('127.0.0.1', 'localhost')}/token"
        kind = OciKind(lent)
        await refused(kind, spec)  # its tokens are not those of the registry
        await kind.close()
        assert {asked.authorization for asked in other.asked} == {""}
        assert all(PASSWORD not in asked.authorization for asked in registry.asked)


@pytest.mark.parametrize("realm", ["file:///etc/passwd", "http://[", "https://user:pw@127.0.0.1/", "x"])
async def test_a_realm_that_is_no_address(registry: OciRegistry, kind: OciKind, spec: OciSource, realm: str) -> None:
    registry.scheme, registry.realm = "bearer", realm
    assert (await refused(kind, spec)).reason == Reason.SOURCE_ERROR


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ('Bearer realm="https://a/t",service="s",scope="x"', Challenge("bearer", "https://a/t", "s", "x")),
        ('bearer service="s", realm="https://a/t"', Challenge("bearer", "https://a/t", "s")),
        ('Basic realm="x"', Challenge("basic", "x")),
        ("Bearer", Challenge("bearer")),
        ("", Challenge("")),
        ('\u00ff="', Challenge("")),
    ],
)
def test_a_challenge_is_read(header: str, read: Challenge) -> None:
    assert read_challenge(header) == read


async def test_a_layer_elsewhere_is_got_without_a_proof(
    registry: OciRegistry, lent: Lent, kind: OciKind, spec: OciSource
) -> None:
    registry.scheme, registry.users = "bearer", {USER: PASSWORD}
    lent.secrets.changed(secret(url=registry.base, username=USER, password=PASSWORD))
    await registry.push(NAME, "latest", [(FLUX, archive(FILES))])
    async with OciRegistry() as storage:
        await storage.push(NAME, "latest", [(FLUX, archive(FILES))])

        async def redirect(request: web.Request) -> web.Response | None:
            if "/blobs/" not in request.path:
                return None
            return web.Response(status=307, headers={"Location": f"{storage.base}{request.path}?signature=x"})

        registry.fault = redirect
        assert (await listed(kind, spec)).units
        assert [asked.authorization for asked in storage.asked] == [""]


def one_layer(digest: str, size: int) -> dict[str, object]:
    return {"layers": [{"mediaType": FLUX, "digest": digest, "size": size}]}


NO_DIGEST = f"sha256:{'0' * 64}"
UNSUPPORTED = Reason.UNSUPPORTED_CONTENT


@pytest.mark.parametrize(
    ("layers", "more", "told"),
    [
        ([], {}, (UNSUPPORTED, "0 layers")),
        ([(FLUX, b"x"), (FLUX, b"y")], {}, (UNSUPPORTED, "2 layers")),
        ([("application/vnd.x", b"x")], {}, (UNSUPPORTED, "application/vnd.x")),
        ([("application/vnd.cncf.helm.chart.content.v1.tar+gzip", b"x")], {}, (UNSUPPORTED, "Helm")),
        ([], {"manifests": [{}, {}]}, (UNSUPPORTED, "index of 2")),
        ([], {"layers": "x"}, (UNSUPPORTED, "cannot be read")),
        ([], one_layer("md5:x", 1), (UNSUPPORTED, "SHA-256")),
        ([], one_layer("sha256:../x", 1), (UNSUPPORTED, "SHA-256")),
        ([], one_layer(NO_DIGEST, 1 << 40), (Reason.TOO_LARGE, "--source-limit received=")),
        ([], one_layer(NO_DIGEST, 9), (Reason.SOURCE_NOT_FOUND, "layer")),
        ([(FLUX, b"\x1f\x8bno gzip")], {}, (UNSUPPORTED, "unpacked")),
        ([(FLUX, archive({"x.txt": "x"}))], {}, (Reason.PATH_NOT_FOUND, "no folder")),
        ([(FLUX, archive({"../x.yaml": "x: 1\n"}))], {}, (UNSUPPORTED, "does not read")),
    ],
)
async def test_an_artifact_of_another_kind_is_refused(
    registry: OciRegistry,
    spec: OciSource,
    layers: list[tuple[str, bytes]],
    more: dict[str, object],
    told: tuple[Reason, str],
) -> None:
    await registry.push(NAME, "latest", layers, more)
    kind = OciKind(lend())
    error = await refused(kind, spec)
    await kind.close()
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tag": "nosuch"}, (Reason.REF_NOT_FOUND, "tag nosuch")),
        ({"digest": f"sha256:{'0' * 64}"}, (Reason.REF_NOT_FOUND, "manifest sha256")),
        ({"semver": "^9"}, (Reason.VERSION_NOT_FOUND, "1 tags")),
        ({"semver": "new"}, (Reason.INVALID_SPEC, "range")),
        ({"paths": ("../x",)}, (Reason.INVALID_SPEC, "leads out")),
        ({"url": "oci://127.0.0.1/UPPER"}, (Reason.INVALID_SPEC, "oci://")),
        ({"url": "https://127.0.0.1/a"}, (Reason.INVALID_SPEC, "oci://")),
        ({"url": "oci://127.0.0.1/"}, (Reason.INVALID_SPEC, "oci://")),
    ],
)
async def test_what_is_not_there_is_said(
    registry: OciRegistry, kind: OciKind, spec: OciSource, changes: dict[str, str], told: tuple[Reason, str]
) -> None:
    await registry.push(NAME, "1.0.0", [(FLUX, archive(FILES))])
    error = await refused(kind, replace(spec, **changes))
    assert (error.reason, told[1] in str(error)) == (told[0], True), str(error)


@pytest.mark.parametrize("where", ["manifests/sha256", "blobs"])
async def test_what_is_not_of_its_digest_is_not_read(
    registry: OciRegistry, kind: OciKind, spec: OciSource, where: str
) -> None:
    await registry.push(NAME, "latest", [("application/yaml", b"kind: x\n")])

    async def swap(request: web.Request) -> web.Response | None:
        return web.Response(body=b"kind: y\n") if where in request.path else None

    registry.fault = swap
    error = await refused(kind, spec)
    assert error.reason == Reason.CHECKSUM_MISMATCH


async def test_a_registry_that_names_no_digest_is_asked_for_the_manifest(
    registry: OciRegistry, kind: OciKind, spec: OciSource
) -> None:
    digest = await registry.push(NAME, "latest", [(FLUX, archive(FILES))])

    async def silent(request: web.Request) -> web.Response | None:
        return web.Response() if request.method == "HEAD" else None

    registry.fault = silent
    assert (await listed(kind, spec)).revision == f"latest@{digest}"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ('</v2/a/tags/list?last=x&n=5>; rel="next"', "tags/list?last=x&n=5"),
        ('<list?last=x>; rel="next"', "tags/list?last=x"),
        ('<http://evil.org/v2/a/tags/list?last=x>; rel="next"', None),
        ('</v2/other/tags/list?last=x>; rel="next"', None),
        ('</v2/a/tags/list?last=x>; rel="prev"', None),
        ("", None),
    ],
)
def test_the_next_page_of_tags_is_of_the_same_repository(link: str, path: str | None) -> None:
    assert next_page(link, URL("http://h:5000/v2/a")) == path


async def test_pages_without_an_end_are_given_up(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    async def again(request: web.Request) -> web.Response | None:
        if "/tags/list" not in request.path:
            return None
        link = f'<{request.path}?n=1>; rel="next"'
        return web.json_response({"tags": ["1.0.0"]}, headers={"Link": link})

    registry.fault = again
    assert "no end" in str(await refused(kind, replace(spec, semver="*")))


async def test_a_registry_that_asks_to_come_back_later(registry: OciRegistry, kind: OciKind, spec: OciSource) -> None:
    async def later(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "600"})

    registry.fault = later
    error = await refused(kind, spec)
    assert (error.reason, error.retry_after) == (Reason.SOURCE_ERROR, 600)
