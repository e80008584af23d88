from datetime import timedelta

import pytest

from vidra.api.meta import Meta
from vidra.controllers.runtime.settings import Settings, chosen, read
from vidra.kube.types import ConfigMap

DEFAULTS = Settings()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, DEFAULTS),
        ({"other": "x"}, DEFAULTS),
        ({"requeueSyncAfter": "30s"}, Settings(sync_interval=timedelta(seconds=30))),
        ({"requeueSyncAfter": " 1h30m "}, Settings(sync_interval=timedelta(minutes=90))),
        ({"requeueResourcesAfter": "1s"}, Settings(resource_interval=timedelta(seconds=1))),
        ({"queryName": " Mine\n"}, Settings(query_name="Mine")),
        ({"otherVidras": "0a1b2c3d, 4e5f6a7b"}, Settings(other_vidras=("0a1b2c3d", "4e5f6a7b"))),
        ({"otherVidras": ""}, DEFAULTS),
        ({"logLevel": " Debug "}, Settings(log_level="debug")),
        *(({"eventBasedReconcile": text}, Settings(event_based=True)) for text in ("true", "TRUE", "1", " t ")),
        *(({"eventBasedReconcile": text}, DEFAULTS) for text in ("false", "False", "0", "f")),
    ],
)
def test_settings(data: dict[str, str], expected: Settings) -> None:
    assert read(data) == (expected, ())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"requeueSyncAfter": "soon"}, "requeueSyncAfter"),
        ({"requeueSyncAfter": "0s"}, "shorter than 1s"),
        ({"requeueSyncAfter": "-5m"}, "requeueSyncAfter"),
        ({"requeueResourcesAfter": ""}, "requeueResourcesAfter"),
        ({"requeueResourcesAfter": "10"}, "requeueResourcesAfter"),
        ({"requeueSyncAfter": "0"}, "0 meant never in the first Vidra; write a long one"),
        ({"requeueResourceAfter": "10m"}, "was never read, by no Vidra: rename it to requeueResourcesAfter"),
        ({"queryName": "  "}, "queryName is empty"),
        ({"eventBasedReconcile": "yes"}, "write true or false"),
        ({"logLevel": "loud"}, "write debug, info, warning or error"),
    ],
)
def test_what_cannot_be_read_is_said_and_its_default_stays(data: dict[str, str], said: str) -> None:
    settings, complaints = read({**data, "other": "x"})
    assert settings == DEFAULTS
    assert len(complaints) == 1
    assert said in complaints[0]


def test_one_bad_key_does_not_spoil_the_others() -> None:
    settings, complaints = read({"requeueSyncAfter": "soon", "queryName": "Mine", "eventBasedReconcile": "true"})
    assert settings == Settings(query_name="Mine", event_based=True)
    assert len(complaints) == 1


def source(name: str, namespace: str, created: str, **data: str) -> ConfigMap:
    meta = Meta(name=name, namespace=namespace, creation_timestamp=created, uid=f"{namespace}/{name}")
    return ConfigMap(meta, data)


def test_which_configmap_counts() -> None:
    foreign = source("other-app", "vidra-system", "2020", colour="red")
    oldest = source("old", "elsewhere", "2021", queryName="a")
    younger = source("young", "elsewhere", "2022", queryName="b")
    own = source("own", "vidra-system", "2023", queryName="c")
    assert chosen([foreign, younger, oldest, own], "vidra-system") is own
    assert chosen([foreign, younger, oldest], "vidra-system") is None
    assert chosen([foreign, younger, oldest], "elsewhere") is oldest
    assert chosen([foreign], "vidra-system") is None
    assert chosen([], "vidra-system") is None
