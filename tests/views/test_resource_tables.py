"""A table has the columns of the API server, and the rows that a name stands for."""

import pytest

from vidra.views.errors import BadNameError
from vidra.views.resource_tables import Column, missing, table_of

TABLE = {
    "columnDefinitions": [{"name": "Name"}, {"name": "Ready"}, {"name": "Suspended", "priority": 1}],
    "rows": [{"cells": ["web", "True", False]}, {"cells": ["db", None, True]}],
}


def test_cells_are_texts_and_only_wide_columns_are_wide() -> None:
    table = table_of("InfrahubSync", TABLE, [])
    assert table.columns == (Column("Name", False), Column("Ready", False), Column("Suspended", True))
    assert table.rows == (("web", "True", "false"), ("db", "", "true"))


@pytest.mark.parametrize(
    ("names", "rows"),
    [(["web"], ["web"]), (["isync/db"], ["db"]), (["vres/db"], []), (["db", "web"], ["web", "db"]), (["x"], [])],
)
def test_a_name_chooses_and_a_kind_before_it_too(names: list[str], rows: list[str]) -> None:
    assert [row[0] for row in table_of("InfrahubSync", TABLE, names).rows] == rows


def test_a_server_without_rows_gives_an_empty_table() -> None:
    assert table_of("InfrahubSync", {"columnDefinitions": [], "rows": None}, []).rows == ()


def test_names_that_stand_for_nothing_are_found_out() -> None:
    there = [("InfrahubSync", "web"), ("VidraResource", "db")]
    assert missing(["web", "vres/web", "vidraresources/db", "x"], there) == ["vres/web", "x"]


@pytest.mark.parametrize("given", ["pod/web", "isync/", ""])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(BadNameError):
        missing([given], [("InfrahubSync", "web")])
