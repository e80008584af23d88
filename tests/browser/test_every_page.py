"""Every page works without a complaint, for everybody: by axe, in light and dark, wide and narrow, with any text."""

import msgspec
import pytest

from testkit.chromium import Tab
from testkit.controlplane import ControlPlane
from testkit.page_contents import LONG
from tests.browser.conftest import AXE, Show

PAGES = (
    "",
    "syncs",
    "syncs?state=held",
    "syncs/ingress",
    "syncs/load-balancers/artifacts",
    "syncs/load-balancers/status",
    "syncs/webservers-007/waits",
    "syncs/webservers/preview",
    "syncs/webservers/events",
    "syncs/webservers/yaml",
    "syncs/load-balancers/timeline",
    "syncs/dns-zones-010/drift",
    "syncs?source=git",
    "vidrasyncs/webservers",
    "vidrasyncs/webservers/preview",
    "vidrasyncs/network-policies/timeline",
    f"syncs/{LONG}",
    "resources/load-balancers-0",
    "resources/load-balancers-0/problems",
    "resources/load-balancers-0/drift",
    "resources/load-balancers-0/live",
    "objects",
    "clusters",
    "waits",
    "held",
    "trace",
    "trace?object=cm/kube-root-ca.crt&namespace=default",
    "object?apiVersion=v1&kind=Namespace&name=default",
    "me",
    "nothing/such",
)
RUN = "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
FOUND = f"{RUN}.then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0,3).map(n => n.html).join(' ')))"


async def settled(tab: Tab) -> None:
    """Wait until the page shows what it asked for."""
    await tab.until("document.querySelector('main h1, main h2, main p') && !document.querySelector('.loading')")


@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    show: Show, few_plane: ControlPlane, path: str
) -> None:
    page, tab = await show(few_plane)
    for width, dark in ((1280, False), (390, True)):
        await tab.size(width, 800, dark=dark)
        await tab.open(f"{page.origin}/{path}")
        await settled(tab)
        await tab.run(AXE.read_text() + ";0")
        assert await tab.run(FOUND) == []
        assert await tab.run("document.documentElement.scrollWidth <= innerWidth"), width
    assert [text for text in tab.complaints if "404" not in text and "422" not in text] == []
    assert {address.split("/")[2] for address in tab.requests} == {page.origin.removeprefix("http://")}


async def test_text_from_a_cluster_is_never_markup(show: Show, few_plane: ControlPlane) -> None:
    page, tab = await show(few_plane)
    await tab.open(f"{page.origin}/syncs")
    await tab.sees("14 of 14")
    assert await tab.run("document.querySelectorAll('main img').length") == 0
    await tab.open(f"{page.origin}/object?apiVersion=v1&kind=Namespace&name=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    await tab.sees("<img src=x onerror=alert(1)>")
    assert await tab.run("document.querySelectorAll('main img').length") == 0


async def test_what_is_no_address_of_the_web_is_no_link(show: Show, few_plane: ControlPlane) -> None:
    page, tab = await show(few_plane)
    await tab.open(f"{page.origin}/syncs/{LONG}/status")
    await tab.sees("javascript:alert(1)")
    links = await tab.run("[...document.querySelectorAll('a')].map(a => new URL(a.href).protocol)")
    assert set(links) == {"http:", "https:"}


async def test_a_link_to_a_page_shows_the_same_below_any_tab_and_back_works(
    show: Show, few_plane: ControlPlane
) -> None:
    page, tab = await show(few_plane)
    await tab.open(f"{page.origin}/syncs?state=held&q=ingress")
    await tab.sees("1 of 14")
    await tab.run("document.querySelector('.list-body a').click()")
    await tab.until("location.pathname === '/syncs/ingress'")
    await tab.sees("would be deleted")
    await tab.run("history.back()")
    await tab.sees("1 of 14")
    assert await tab.run("location.search") == "?state=held&q=ingress"


async def test_two_syncs_of_one_name_have_pages_of_their_own(show: Show, few_plane: ControlPlane) -> None:
    page, tab = await show(few_plane)
    await tab.open(f"{page.origin}/syncs?q=webservers&source=oci")
    await tab.sees("1 of 14")
    await tab.run("document.querySelector('.list-body a').click()")
    await tab.until("location.pathname === '/vidrasyncs/webservers'")
    await tab.sees("webservers-5-0")
    await tab.run("[...document.querySelectorAll('.tabs a')].find(a => a.innerText === 'Preview').click()")
    await tab.until("document.querySelector('input[placeholder=\"v1.2.0\"]')")
    assert await tab.run("document.querySelectorAll('.page-head label').length") == 1
    assert await tab.run("document.body.innerText.includes('vidra diff vsync/webservers')")
    await tab.open(f"{page.origin}/syncs/webservers")
    await tab.sees("vidra tree isync/webservers")
    assert not await tab.run("document.body.innerText.includes('webservers-5-0')")


async def test_the_keyboard_is_enough(show: Show, few_plane: ControlPlane) -> None:
    page, tab = await show(few_plane)
    await tab.open(f"{page.origin}/syncs")
    await tab.sees("14 of 14")
    await tab.run("document.querySelector('.list-body a').focus()")
    for key, row in (("ArrowDown", "3"), ("End", "15"), ("ArrowUp", "14"), ("Home", "2")):
        await tab.press(key)
        await tab.until(f"document.activeElement.closest('[role=row]')?.ariaRowIndex === '{row}'")
    name = await tab.run("document.activeElement.innerText")
    await tab.press("Enter")
    await tab.until(f"document.querySelector('h1')?.innerText === {msgspec.json.encode(name).decode()}")
    await tab.press("/")
    await tab.until("document.activeElement.type === 'search'")
    await tab.write("cm/kube-root-ca.crt")
    await tab.press("Enter")
    await tab.until("location.pathname === '/trace'")
