"""Watches the ConfigMap with Vidra's settings."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from vidra.api.reasons import Reason
from vidra.controllers.runtime.settings import Settings, chosen, read
from vidra.kube.event_recorder import Recorder
from vidra.kube.signal import Signal
from vidra.kube.store import Store
from vidra.kube.types import ConfigMap

log = structlog.get_logger("vidra.config")


class SettingsWatch:
    """The settings in force; they change while Vidra runs."""

    def __init__(self, maps: Store[ConfigMap], namespace: str, recorder: Recorder) -> None:
        self._maps = maps
        self._namespace = namespace
        self._recorder = recorder
        self._changed: Signal[()] = Signal()
        self.settings = Settings()
        maps.listen(lambda _old, _new: self._refresh())
        self._refresh()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever the settings change."""
        self._changed.listen(listener)

    def _refresh(self) -> None:
        source = chosen(self._maps, self._namespace)
        settings, complaints = read(source.data if source else {})
        for complaint in complaints:
            assert source is not None
            log.warning("setting not usable", configmap=source.metadata.name, complaint=complaint)
            self._recorder.say(source, "Warning", Reason.CONFIG_INVALID, complaint)
        if settings != self.settings:
            self.settings = settings
            where = f"{source.metadata.namespace}/{source.metadata.name}" if source else "defaults"
            values = {key: str(getattr(settings, key)) for key in settings.__struct_fields__}
            log.info("settings", source=where, **values)
            self._changed.notify()
