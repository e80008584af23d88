"""A Prometheus that scrapes one target five times a second, and evaluates rules as often."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from testkit.controlplane.ports import free_port
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.eventually import eventually
from testkit.parts.running import Running
from toolchain.tools import find_tool

OFTEN = "200ms"


class Prometheus(Running):
    """From `async with` to its end.

    Args:
        folder: Where its configuration, data and log go.
        target: Host and port of what it scrapes.
        rules: What it evaluates. Whatever has to last for a while before it alerts does so at once.
    """

    def __init__(self, folder: Path, target: str, rules: Path) -> None:
        super().__init__()
        self._folder = folder
        self._target = target
        self._rules = rules
        self._url = ""

    async def alerts(self) -> dict[str, list[dict[str, str]]]:
        """The labels of what is firing, by alert."""
        found: dict[str, list[dict[str, str]]] = {}
        for alert in (await self._ask("alerts"))["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
        return found

    async def query(self, expression: str) -> list[Any]:
        """What an expression gives now.

        Raises:
            AssertionError: Prometheus does not take it.
        """
        return list((await self._ask("query", query=expression))["result"])

    async def until_firing(self, alert: str, **labels: str) -> None:
        """Wait until an alert is firing with these labels.

        Raises:
            TimeoutError: It is not, in time.
        """

        async def fires() -> bool:
            return any(labels.items() <= found.items() for found in (await self.alerts()).get(alert, ()))

        await eventually(fires, 30)

    async def until_silent(self, alert: str = "") -> None:
        """Wait until an alert is not firing, or none is.

        Raises:
            TimeoutError: It still is, in time.
        """

        async def silent() -> bool:
            found = await self.alerts()
            return alert not in found if alert else not found

        await eventually(silent, 30)

    async def looked(self, times: int = 5) -> None:
        """Wait until all rules were evaluated over so many more scrapes."""
        before = await self._scrapes()

        async def enough() -> bool:
            return await self._scrapes() >= before + times

        await eventually(enough, 30)

    async def _scrapes(self) -> float:
        found = await self.query("count_over_time(up[1h])")
        return float(found[0]["value"][1]) if found else 0.0

    async def _start(self, stack: AsyncExitStack) -> None:
        tools = await asyncio.to_thread(find_tool, "prometheus")
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        flags = (
            f"--config.file={self._configured()}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        )
        program = Program(tools / "prometheus", flags, self._folder)
        stack.push_async_callback(program.stop)
        await program.start()
        await until(self._is_ready, program)

    async def _is_ready(self) -> bool:
        async with aiohttp.request("GET", f"{self._url}/-/ready") as answer:
            return answer.status == 200

    def _configured(self) -> Path:
        rules = yaml.safe_load(self._rules.read_text(encoding="utf-8"))
        for group in rules["groups"]:
            group["interval"] = OFTEN
            for rule in group["rules"]:
                rule.pop("for", None)
        at_once = self._folder / "rules.yaml"
        at_once.write_text(yaml.safe_dump(rules))
        config = self._folder / "prometheus.yaml"
        job = {"job_name": "vidra", "static_configs": [{"targets": [self._target]}]}
        often = {"scrape_interval": OFTEN, "scrape_timeout": OFTEN, "evaluation_interval": OFTEN}
        config.write_text(yaml.safe_dump({"global": often, "rule_files": [str(at_once)], "scrape_configs": [job]}))
        return config

    async def _ask(self, what: str, **parameters: str) -> Any:
        async with aiohttp.request("GET", f"{self._url}/api/v1/{what}", params=parameters) as answer:
            body = await answer.json()
            assert body["status"] == "success", body
            return body["data"]
