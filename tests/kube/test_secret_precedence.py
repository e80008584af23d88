"""Which of several Secrets for one address counts."""

import pytest

from vidra.api.meta import Meta
from vidra.kube.secret_precedence import by_precedence
from vidra.kube.types import Secret


def secret(name: str, created: str) -> Secret:
    """Named as `namespace/name`."""
    namespace, _, rest = name.partition("/")
    return Secret(Meta(name=rest, namespace=namespace, uid=name, creation_timestamp=created), {})


@pytest.mark.parametrize(
    ("made", "order"),
    [
        ({"own/a": "2020", "own/b": "2021"}, ["own/b", "own/a"]),
        ({"own/a": "2021", "own/b": "2021"}, ["own/b", "own/a"]),
        ({"own/a": "2020", "team/b": "2019", "team/c": "2021"}, ["own/a", "team/c", "team/b"]),
        ({"one/a": "2020", "two/b": "2021"}, ["one/a", "two/b"]),  # nobody takes over by a newer one
        ({"one/a": "2020", "two/b": "2021", "one/c": "2022"}, ["one/c", "one/a", "two/b"]),
        ({"two/b": "2021", "one/c": "2022"}, ["two/b", "one/c"]),
    ],
)
def test_who_had_a_secret_for_an_address_keeps_it(made: dict[str, str], order: list[str]) -> None:
    secrets = [secret(name, created) for name, created in made.items()]
    for given in (secrets, secrets[::-1]):
        found = by_precedence(given, "own")
        assert [f"{item.metadata.namespace}/{item.metadata.name}" for item in found] == order
