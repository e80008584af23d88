"""Each object says which one it is, in words that a user of kubectl knows."""

import pytest

from vidra.manifests import Ref, read


@pytest.mark.parametrize(
    ("ref", "shown", "group"),
    [
        (Ref("apps/v1", "Deployment", "web", "frontend"), "Deployment web/frontend (apps/v1)", "apps"),
        (Ref("v1", "Namespace", "", "web"), "Namespace web (v1)", ""),
    ],
)
def test_it_is_shown_as_kubectl_users_read_it(ref: Ref, shown: str, group: str) -> None:
    assert (str(ref), ref.group) == (shown, group)


def test_the_same_object_is_equal_sorts_and_is_a_key() -> None:
    one, two = Ref("v1", "ConfigMap", "a", "b"), Ref("v1", "ConfigMap", "a", "b")
    assert {one: 1}[two] == 1
    assert min(Ref("v1", "B", "", "a"), Ref("v1", "A", "", "b")).kind == "A"


def test_lists_within_lists_are_taken_apart_in_the_order_of_the_text() -> None:
    def items(*inner: str) -> str:
        return f'{{"apiVersion": "v1", "kind": "List", "items": [{", ".join(inner)}]}}'

    def named(name: str) -> str:
        return f'{{"apiVersion": "v1", "kind": "A", "metadata": {{"name": "{name}"}}}}'

    text = items(named("a"), items(named("b"), items(), items(named("c"))), named("d"))
    assert [each.ref.name for each in read(text).objects] == ["a", "b", "c", "d"]


def test_the_items_of_a_typed_list_get_its_kind() -> None:
    items = "- metadata: {name: a}\n- {apiVersion: v1, kind: B, metadata: {name: b}}"
    text = f"apiVersion: v1\nkind: ConfigMapList\nitems:\n{items}\n"
    assert list(map(str, (each.ref for each in read(text).objects))) == ["ConfigMap a (v1)", "B b (v1)"]
    assert read(text).objects[0].body == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


@pytest.mark.parametrize(
    "name", ["..", ".", "../../../secrets/x", "a/b", "a%2fb", "%", "a\\nb", "a\\u0000b", "a\\u202eb"]
)
@pytest.mark.parametrize("field", ["name", "namespace"])
def test_a_name_that_cannot_be_part_of_a_path_is_refused(field: str, name: str) -> None:
    fields = {"name": "good", "namespace": "good"} | {field: name}
    metadata = ", ".join(f'"{key}": "{value}"' for key, value in fields.items())
    reading = read(f'{{"apiVersion": "v1", "kind": "A", "metadata": {{{metadata}}}}}')
    assert reading.objects == ()
    (problem,) = reading.problems
    assert f"metadata.{field}" in problem.message
    assert "cannot be a name" in problem.message


@pytest.mark.parametrize("name", ["system:node", "a.b-c", "A_b", "a?dryRun=All#y", "...", "..a"])
def test_other_names_are_for_the_api_server_to_judge(name: str) -> None:
    (found,) = read(f'{{"apiVersion": "v1", "kind": "A", "metadata": {{"name": "{name}"}}}}').objects
    assert found.ref.name == name
