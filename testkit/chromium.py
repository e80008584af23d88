"""A headless Chromium, driven by its own protocol (CDP): opens pages, presses keys, takes pictures, counts requests."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from testkit.patience import HANG

Json = dict[str, Any]

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MISSING = "no Chromium is here: install it (Debian, Ubuntu: apt install chromium), or name it in VIDRA_CHROMIUM"
_FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


_CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40}
"""What a keyboard sends besides the name of a key."""


class ChromiumError(Exception):
    """The browser is not there, or what it was asked for did not happen."""


def program() -> str:
    """Where Chromium is.

    Raises:
        ChromiumError: Nowhere.
    """
    found = os.environ.get("VIDRA_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise ChromiumError(MISSING)
    return found


class Tab:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self.requests: list[str] = []
        """The addresses that it asked for."""
        self.received: dict[str, int] = {}
        """Bytes of each answer, as they were sent, by the number of its request."""
        self.complaints: list[str] = []
        """Errors in its console: exceptions, and what its policy forbade."""

    async def send(self, method: str, **params: Any) -> Json:
        """Call a method of the protocol."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params}
        await self._socket.send_str(msgspec.json.encode(message).decode())
        async with asyncio.timeout(HANG):
            found: Json = await answer
            return found

    async def listen(self) -> None:
        """Take what the browser says, until it ends."""
        async for message in self._socket:
            said: Json = msgspec.json.decode(message.data)
            if answer := self._answers.pop(said.get("id", 0), None):
                if "error" in said:
                    answer.set_exception(ChromiumError(str(said["error"])))
                else:
                    answer.set_result(said["result"])
            else:
                self._note(said.get("method", ""), said.get("params", {}))

    def _note(self, method: str, params: Json) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.dataReceived":
            number = params["requestId"]
            self.received[number] = self.received.get(number, 0) + params["encodedDataLength"]
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"])[:1_000])
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(params["entry"]["text"])

    async def open(self, address: str) -> None:
        """Go to an address."""
        await self.send("Page.navigate", url=address)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page; promises are awaited.

        Raises:
            ChromiumError: It threw.
        """
        found = await self.send(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        if "exceptionDetails" in found:
            raise ChromiumError(str(found["exceptionDetails"])[:2_000])
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression is true.

        Raises:
            ChromiumError: It was not, for as long as only a hang explains.
        """
        try:
            async with asyncio.timeout(HANG):
                while True:
                    with suppress(ChromiumError):
                        if await self.run(f"Boolean({script})"):
                            return
                    await asyncio.sleep(0.02)
        except TimeoutError:
            text = await self.run("document.body.innerText")
            raise ChromiumError(f"never true: {script}\n{text[:3_000]}") from None

    async def sees(self, text: str) -> None:
        """Wait until a text is on the page."""
        await self.until(f"document.body.innerText.includes({msgspec.json.encode(text).decode()})")

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            text = {"Enter": "\r", "Space": " "}.get(key, key if len(key) == 1 else "")
            extra = {"text": text} if text else {}
            code = {"Enter": 13, "Tab": 9, "Escape": 27, "End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40}.get(
                key, 0
            )
            for kind in ("keyDown", "keyUp"):
                await self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **extra)

    async def write(self, text: str) -> None:
        """Type a text where the focus is."""
        await self.send("Input.insertText", text=text)

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be a window of a size, in light or dark."""
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self, file: Path, *, whole: bool = False) -> None:
        """Save what is seen as PNG."""
        found = await self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        await asyncio.to_thread(file.write_bytes, base64.b64decode(found["data"]))


class Chromium:
    """A browser."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._port = port

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        """A new tab, closed with the context."""
        async with self._session.put(f"http://127.0.0.1:{self._port}/json/new?about:blank") as answer:
            target: Json = await answer.json(content_type=None)
        async with self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            tab = Tab(socket)
            listening = asyncio.create_task(tab.listen())
            for domain in ("Page", "Runtime", "Network", "Log"):
                await tab.send(f"{domain}.enable")
            await tab.size(1280, 800)
            try:
                yield tab
            finally:
                listening.cancel()
                async with self._session.get(f"http://127.0.0.1:{self._port}/json/close/{target['id']}"):
                    pass


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser with an empty profile, while the context lasts.

    Raises:
        ChromiumError: It is not here, or does not start.
    """
    with tempfile.TemporaryDirectory(prefix="vidra-chromium-", ignore_cleanup_errors=True) as profile:
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        process = await asyncio.create_subprocess_exec(
            program(),
            *_FLAGS,
            *sandbox,
            f"--user-data-dir={profile}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(profile) / "DevToolsActivePort", process)
            async with aiohttp.ClientSession() as session:
                yield Chromium(session, port)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _port(file: Path, process: asyncio.subprocess.Process) -> int:
    async with asyncio.timeout(HANG):
        while process.returncode is None:
            with suppress(FileNotFoundError):
                if lines := (await asyncio.to_thread(file.read_text)).split():
                    return int(lines[0])
            await asyncio.sleep(0.02)
    raise ChromiumError(f"Chromium ended at once ({process.returncode}): run {program()} --headless to see why")
