"""The page alone says what is wrong, why, and what to do: a held prune, a wave that waits, and a fight."""

from testkit.conflicting_writer import stubborn
from testkit.environment import Scene, condition, has_reason
from testkit.objects import annotated, config_map
from tests.browser.conftest import Show
from vidra.manifests.write import write


async def test_each_is_on_the_overview_and_leads_to_what_to_do(show: Show, scene: Scene) -> None:
    many = [config_map(f"map-{each:02}") for each in range(20)]
    held = await scene.resource(write(many))
    later = annotated(config_map("later"), wave="1")
    waits = await scene.resource(write([config_map("first", f"{scene.namespace}-missing"), later]))
    fight = await scene.resource(write([config_map("box", colour="red")]), destination={"reconcileOnEvents": True})
    await scene.until_resource(held)
    await scene.until_resource(waits, lambda item: "wave 1 waits" in condition(item).get("message", ""))
    await scene.resource(write(many[:1]), name=held)
    page, tab = await show(scene.plane)
    async with stubborn(scene):
        await scene.until_resource(fight, has_reason("DriftFight"))
        await scene.until_resource(held, has_reason("PruneHeld"))
        await tab.open(f"{page.origin}/")
        for text in (held, waits, fight, "A prune is held", "What to do:", "stubborn-controller"):
            await tab.sees(text)

        await tab.open(f"{page.origin}/resources/{fight}/drift")
        await tab.sees("Fought over")
        await tab.sees(f"vidra trace configmap/box -n {scene.namespace}")
        await tab.open(f"{page.origin}/waits")
        await tab.sees("wave 1 waits")
        await tab.sees(f"{scene.namespace}-missing")
        await tab.open(f"{page.origin}/held")
        await tab.sees("Approve the deletion of 19 objects")
        await tab.sees("map-19")
