"""10,000 objects and 500 syncs: how much is sent and how much is in the document, as counts that hold anywhere."""

import gzip

from testkit.chromium import Tab
from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from testkit.eventually import eventually
from testkit.page_contents import fill_fleet
from tests.browser.conftest import AXE, Show, filled
from tests.browser.test_every_page import FOUND
from vidra.api.names import PATHS, SYNC_KIND
from vidra.kube.client import MERGE_PATCH, Client, encode
from vidra.ui.page import BUILT

SCRIPT_BYTES, STYLE_BYTES, SNAPSHOT_BYTES = 60_000, 15_000, 200_000
ROWS = 80
"""In the document at a time."""


def test_the_page_is_small() -> None:
    sizes = {
        kind: sum(len(gzip.compress(file.read_bytes(), 9)) for file in (BUILT / "assets").glob(f"*.{kind}"))
        for kind in ("js", "css")
    }
    assert sizes["js"] <= SCRIPT_BYTES, sizes
    assert sizes["css"] <= STYLE_BYTES, sizes


async def rows(tab: Tab) -> int:
    return int(await tab.run("document.querySelectorAll('.list-body [role=row]').length"))


async def test_ten_thousand_objects_are_one_small_answer_and_a_few_rows(show: Show, many_plane: ControlPlane) -> None:
    page, tab = await show(many_plane)
    await tab.open(f"{page.origin}/objects")
    await tab.sees("10,000 of 10,000")
    assert 10 < await rows(tab) < ROWS
    await tab.run("scrollTo(0, document.body.scrollHeight / 2)")
    await tab.until("Number(document.querySelector('.list-body [role=row]').ariaRowIndex) > 4000")
    assert await rows(tab) < ROWS
    await tab.run(
        "scrollTo(0, 0); const field = document.querySelector('input.filter'); field.value = 'dns-zones-3-1-*';"
        "field.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    await tab.sees("10 of 10,000")
    await tab.open(f"{page.origin}/syncs")
    await tab.sees("500 of 500")
    assert await rows(tab) < ROWS


async def test_a_snapshot_is_small(show: Show, many_plane: ControlPlane) -> None:
    page, tab = await show(many_plane)
    for path, text in (("syncs", "500 of 500"), ("objects", "10,000 of 10,000")):
        tab.received.clear()
        await tab.open(f"{page.origin}/{path}")
        await tab.sees(text)

        async def counted() -> bool:  # the browser says how much it was a moment after it was shown
            return max(tab.received.values()) > 10_000

        await eventually(counted)
        assert max(tab.received.values()) <= SNAPSHOT_BYTES, path


async def test_a_change_is_on_the_screen(show: Show, many_plane: ControlPlane) -> None:
    page, tab = await show(many_plane)
    await tab.open(f"{page.origin}/syncs?q=webservers")
    await tab.until("document.querySelector('.list-body')")
    client = Client(connection_to(many_plane))
    for number in range(100):
        await client.send(
            "PATCH",
            f"{PATHS[SYNC_KIND]}/webservers",
            body=encode({"spec": {"suspend": number % 2 == 0}}),
            content_type=MERGE_PATCH,
        )
    await client.send(
        "PATCH", f"{PATHS[SYNC_KIND]}/webservers", body=encode({"spec": {"suspend": True}}), content_type=MERGE_PATCH
    )
    await tab.sees("Suspended")
    assert await rows(tab) < ROWS
    await client.close()


async def test_a_fleet_is_a_matrix_with_what_lags_first(show: Show) -> None:
    async with filled(0, 0, 0) as plane:
        client = Client(connection_to(plane))
        name = await fill_fleet(client, clusters=20, artifacts=60)
        await client.close()
        page, tab = await show(plane)
        await tab.open(f"{page.origin}/syncs/{name}/matrix")
        await tab.until("document.querySelectorAll('.matrix-head > *').length === 21")
        assert (
            await tab.run("document.querySelector('.matrix-head').children[1].innerText") == "edge-004.example.com:6443"
        )
        assert await tab.run("document.querySelector('.matrix-row.placed').innerText.includes('artifact-003')")
        assert await tab.run("document.querySelector('.matrix-row.placed').innerText.includes('Lagging')")
        assert await tab.run("document.querySelectorAll('.matrix-row').length < 60")
        await tab.run(AXE.read_text() + ";0")
        assert await tab.run(FOUND) == []
        await tab.open(f"{page.origin}/syncs/{name}/clusters")
        await tab.sees("no answer from it: connection refused")
