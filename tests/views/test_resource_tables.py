"""A table has the columns of the API server, and the rows that a name stands for."""

import pytest

from vidra.views.errors import BadNameError
from vidra.views.resource_tables import Column, Wanted, missing, table_of

TABLE = {
    "columnDefinitions": [{"name": "Name"}, {"name": "Ready"}, {"name": "Suspended", "priority": 1}],
    "rows": [{"cells": ["web", "True", False]}, {"cells": ["db", None, True]}],
}


def test_cells_are_texts_and_only_wide_columns_are_wide() -> None:
    table = table_of("InfrahubSync", TABLE, Wanted())
    assert table.columns == (Column("Name", False), Column("Ready", False), Column("Suspended", True))
    assert table.rows == (("web", "True", "false"), ("db", "", "true"))


@pytest.mark.parametrize(
    ("names", "rows"),
    [(["web"], ["web"]), (["isync/db"], ["db"]), (["vres/db"], []), (["db", "web"], ["web", "db"]), (["x"], [])],
)
def test_a_name_chooses_and_a_kind_before_it_too(names: list[str], rows: list[str]) -> None:
    assert [row[0] for row in table_of("InfrahubSync", TABLE, Wanted(names=tuple(names))).rows] == rows


def test_a_server_without_rows_gives_an_empty_table() -> None:
    assert table_of("InfrahubSync", {"columnDefinitions": [], "rows": None}, Wanted()).rows == ()


def test_names_that_stand_for_nothing_are_found_out() -> None:
    there = [("InfrahubSync", "web"), ("VidraResource", "db")]
    assert missing(["web", "vres/web", "vidraresources/db", "x"], there) == ["vres/web", "x"]


@pytest.mark.parametrize("given", ["pod/web", "isync/", ""])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(BadNameError):
        missing([given], [("InfrahubSync", "web")])


def test_what_is_not_ready_or_not_healthy_is_picked() -> None:
    columns = [{"name": "Name"}, {"name": "Ready"}, {"name": "Health"}]
    states = {"good": ("True", "Current"), "odd": ("True", None), "broken": ("True", "Failed"), "new": (None, None)}
    rows = [{"cells": [name, *state]} for name, state in states.items()]
    found = table_of("VidraResource", {"columnDefinitions": columns, "rows": rows}, Wanted(not_ready=True))
    assert [row[0] for row in found.rows] == ["broken", "new"]


def test_what_a_sync_made_is_picked_with_the_sync_itself() -> None:
    made = {"metadata": {"name": "web-1", "ownerReferences": [{"kind": "InfrahubSync", "name": "web"}]}}
    other = {"metadata": {"name": "db-1", "ownerReferences": [{"kind": "InfrahubSync", "name": "db"}]}}
    rows = [{"cells": [item["metadata"]["name"]], "object": item} for item in (made, other)]
    table = {"columnDefinitions": [{"name": "Name"}], "rows": rows}
    assert [row[0] for row in table_of("VidraResource", table, Wanted(sync="web")).rows] == ["web-1"]
    syncs = {"columnDefinitions": [{"name": "Name"}], "rows": [{"cells": ["web"]}, {"cells": ["db"]}]}
    assert [row[0] for row in table_of("InfrahubSync", syncs, Wanted(sync="web")).rows] == ["web"]
