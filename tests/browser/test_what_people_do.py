"""What people come to the page for: to see what is wrong, approve a prune, preview a merge, with many tabs open."""

from contextlib import AsyncExitStack

from testkit.chromium import Chromium, chromium
from testkit.controlplane import ControlPlane
from testkit.environment import RESOURCES, SYNCS, Scene, has_reason
from testkit.objects import config_map
from testkit.trigger import ask
from tests.browser.conftest import Show
from vidra.manifests.write import write


async def test_a_held_prune_is_read_typed_and_approved_by_keyboard(show: Show, scene: Scene) -> None:
    ids = [
        scene.infrahub.add_artifact("Web", write([config_map(f"map-{one}-{two}") for two in range(6)]))
        for one in range(3)
    ]
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    page, tab = await show(scene.plane)
    await tab.open(f"{page.origin}/syncs/{sync}")
    await tab.sees("18 of 18")
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    await ask(scene, sync)
    await tab.sees("12 objects would be deleted")
    await tab.sees(f"{scene.namespace}/map-1-0")
    await tab.run("document.querySelector('.held-set .danger').focus()")
    await tab.press("Enter")
    await tab.until("document.querySelector('dialog').open")
    assert await tab.run("document.querySelector('dialog .danger').disabled")
    await tab.run("document.querySelector('dialog input').focus()")
    await tab.write("12")
    await tab.until("!document.querySelector('dialog .danger').disabled")
    await tab.press("Enter")
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{sync}-{artifact}")
    await tab.sees("6 of 6")


async def test_a_merge_is_previewed_by_an_address(show: Show, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red"), config_map("two")]))
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    page, tab = await show(scene.plane)
    await tab.open(f"{page.origin}/syncs/{sync}/preview")
    await tab.until("document.querySelector('button.primary')")
    await tab.run("document.querySelector('main button.primary').click()")
    await tab.sees("Nothing would change.")


async def test_what_goes_wrong_is_on_the_page_with_what_to_do(show: Show, scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    page, tab = await show(scene.plane)
    name = await scene.resource(write([config_map("somebodys", colour="red"), config_map("mine")]))
    await scene.until_resource(name, has_reason("NotOwned"))
    await tab.sees(name)
    await tab.sees("Delete or rename the object, take it out of the artifact, or let Vidra adopt it.")
    await tab.open(f"{page.origin}/resources/{name}")
    await tab.sees("2 of 2")
    await tab.sees("Problem")


async def test_suspended_and_resumed_by_a_click(show: Show, scene: Scene) -> None:
    sync = await scene.sync("Nothing", interval="1h")
    page, tab = await show(scene.plane)
    await tab.open(f"{page.origin}/syncs/{sync}/status")
    button = "[...document.querySelectorAll('.actions button')].find(b => b.innerText === '{}')"
    await tab.until(f"{button.format('Suspend')}?.ariaDisabled === 'false'")
    await tab.run(f"{button.format('Suspend')}.click()")
    await scene.until(SYNCS, sync, lambda item: bool(item["spec"].get("suspend")))
    await tab.until(f"{button.format('Resume')}")
    await tab.run(f"{button.format('Resume')}.click()")
    await scene.until(SYNCS, sync, lambda item: not item["spec"].get("suspend"))


async def test_seven_tabs_are_live(show: Show, browser: Chromium, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    page, first = await show(scene.plane)
    async with AsyncExitStack() as stack:
        tabs = [first]
        for _ in range(6):
            tab = await stack.enter_async_context(browser.tab())
            await tab.open(page.address())
            tabs.append(tab)
        for tab in tabs:
            await tab.until("document.querySelector('.live.on')")
        await scene.patch(RESOURCES, name, {"spec": {"suspend": True}})
        for tab in tabs:
            await tab.open(f"{page.origin}/resources/{name}/status")
            await tab.sees("Suspended")
        await scene.patch(RESOURCES, name, {"spec": {"suspend": False}})
        for tab in tabs:
            await tab.until("document.querySelector('.subject .badge')?.innerText === 'Ready'")


async def test_another_tab_is_logged_in_by_the_first_and_another_browser_is_not(
    browser: Chromium, show: Show, few_plane: ControlPlane
) -> None:
    page, _ = await show(few_plane)
    async with browser.tab() as second:
        await second.open(f"{page.origin}/held")
        await second.sees("Held prunes")
    async with chromium() as other, other.tab() as stranger:
        await stranger.open(f"{page.origin}/held")
        await stranger.sees("This page is not logged in.")


async def test_an_address_that_was_used_is_refused_with_what_to_do(
    browser: Chromium, show: Show, few_plane: ControlPlane
) -> None:
    page, _ = await show(few_plane)
    address = page.address()
    async with browser.tab() as tab:
        await tab.open(address)
        await tab.until("document.querySelector('.live.on')")
        assert "code" not in await tab.run("location.href")
        await tab.run("sessionStorage.clear()")
        await tab.open("about:blank")
        await tab.open(address)
        await tab.sees("press Enter where vidra ui runs")
