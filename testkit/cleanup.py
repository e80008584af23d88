"""Leave nothing behind that would go on being worked on, at an Infrahub that is no more."""

from testkit.environment import RESOURCES, SYNCS, VIDRA_SYNCS, Json, Scene
from vidra.api.names import INFRAHUB_LABEL, SOURCE_LABEL
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError


async def clear(scene: Scene) -> None:
    """Ask for the end of the syncs of a scene, and of the VidraResources that a person made; forget its Infrahub."""
    for kind, name in await left(scene):
        try:
            await scene.delete(kind, name)
        except ApiError as error:
            if not error.not_found:  # it was on its way out already
                raise
    for label in (INFRAHUB_LABEL, SOURCE_LABEL):
        await scene.forget_secrets(label)


async def left(scene: Scene) -> list[tuple[Kind, str]]:
    """The syncs of a scene, and the VidraResources that a person made, that are still there."""
    found = []
    for kind in (SYNCS, VIDRA_SYNCS, RESOURCES):
        listing: Json = await scene.client.get(kind.path(), Json)
        for item in listing["items"]:
            name, place = str(item["metadata"]["name"]), item["spec"].get("destination", {}).get("namespace")
            mine = place == scene.namespace or name.startswith(f"{scene.namespace}-")
            if mine and not item["metadata"].get("ownerReferences"):
                found.append((kind, name))
    return found
