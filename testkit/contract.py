"""What the contract test asks of an Infrahub, made in the stand-in and in a real one."""

from __future__ import annotations

import msgspec

from testkit.infrahub import RELEASES, V1_4, Object, Release, StandIn, StoredQuery
from testkit.infrahub.history import now
from testkit.parts.infrahub.loaded import MACHINES, LoadedInfrahub

LIFETIME = 5
"""Seconds for which an access token is good, where a test waits for its end."""
_BRANCH = "contract"
_ARTIFACT = "id storage_id { value } checksum { value } status { value } name { value }"
_WHOLE = f"""query Whole($artifactname: [String]) {{
  CoreArtifact(name__values: $artifactname) {{ count edges {{ node {{ {_ARTIFACT} }} }} }}
}}"""
_STRICT = f"""query Strict($artifactname: String!) {{
  CoreArtifact(name__value: $artifactname) {{ edges {{ node {{ {_ARTIFACT} }} }} }}
}}"""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """An Infrahub with artifacts of one name in every state, in a branch; ids of artifacts, where nothing else is said.

    It knows the stored queries ``ArtifactIDs`` (the usual one, and the status), ``Whole`` (selects all that there is)
    and ``Strict`` (does not do without its variable).
    """

    url: str
    username: str
    password: str
    token: str
    """An API token."""
    name: str
    """Of the artifacts."""
    good: str
    failed: str
    """Was good; its newest generation failed."""
    never: str
    """No generation succeeded."""
    deleted: str
    something: str
    """Id of something that is no artifact."""
    branch: str = _BRANCH
    release: Release = V1_4
    """As which it answers."""


async def in_standin(standin: StandIn) -> Subject:
    """Fill a stand-in."""
    standin.accounts.lifetime = LIFETIME
    standin.create_branch(_BRANCH)
    standin.store_query(StoredQuery(selects_status=True, since=now()))
    standin.store_query(StoredQuery("Whole", counts=True, selects_status=True, selects_storage_value=True))
    standin.store_query(StoredQuery("Strict", required=True))
    good, failed, deleted = (
        standin.add_artifact(
            MACHINES,
            f"kind: {word}\n",
            branch=_BRANCH,
            target=Object(word, "VirtualMachine", ("virtual_machines",)),
        )
        for word in ("good", "failed", "deleted")
    )
    standin.fail(failed, branch=_BRANCH)
    standin.remove(deleted, branch=_BRANCH)
    return Subject(
        url=standin.url,
        username=standin.username,
        password=standin.password,
        token=standin.token,
        name=MACHINES,
        good=good,
        failed=failed,
        never=standin.never_generated(MACHINES, branch=_BRANCH),
        deleted=deleted,
        something=standin.add_something(),
        release=standin.release,
    )


async def in_real(loaded: LoadedInfrahub) -> Subject:
    """Fill a real one, which takes a minute or two."""
    person, place = loaded.person, loaded.infrahub.place
    for name, text in (("Whole", _WHOLE), ("Strict", _STRICT)):
        await person.store_query(name, text)
    await person.create_branch(_BRANCH)
    good, failed, deleted = await loaded.machines(("good", {}), ("failed", {}), ("deleted", {}), branch=_BRANCH)
    await person.edit("VirtualMachine", "failed", branch=_BRANCH, cores=0)
    never = await loaded.machine("never", branch=_BRANCH, generated=False, cores=0)
    await loaded.until_artifact(MACHINES, failed, branch=_BRANCH, status="Error")
    await person.delete("CoreArtifact", deleted, branch=_BRANCH)
    return Subject(
        url=loaded.infrahub.url,
        username=place.username,
        password=place.password,
        token=place.admin_token,
        name=MACHINES,
        good=good,
        failed=failed,
        never=never,
        deleted=deleted,
        something=await person.id_of("CoreStandardGroup", "virtual_machines"),
        release=next(release for release in RELEASES if release.version == loaded.infrahub.release),
    )
