from typing import Any

import pytest

from vidra.api.reasons import Reason
from vidra.apply.problems import not_removed, refused
from vidra.kube.errors import ApiError, Cause, Details, Status
from vidra.manifests import Ref

CONFIG = Ref("v1", "ConfigMap", "ns", "a")
SECRET = Ref("v1", "Secret", "ns", "a")


def error(code: int, message: str = "no", *fields: str) -> ApiError:
    causes = tuple(Cause(field=field, message="hush") for field in fields)
    return ApiError(code, Status(message=message, reason="Because", details=Details(causes=causes)))


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (400, "bad", Reason.REFUSED),
        (403, 'User "vidra" cannot patch resource "configmaps"', Reason.FORBIDDEN),
        (403, "exceeded quota: ten", Reason.REFUSED),
        (403, "admission webhook denied the request", Reason.REFUSED),
        (404, 'namespaces "ns" not found', Reason.NAMESPACE_MISSING),
        (404, "the server could not find the requested resource", Reason.KIND_UNKNOWN),
        (409, "conflict with kubectl: .data.a", Reason.CONFLICT),
        (422, "spec.x: Invalid value", Reason.REFUSED),
        (500, "webhook timed out", Reason.REFUSED),
    ],
)
def test_what_a_refusal_means(code: int, message: str, reason: Reason) -> None:
    problem = refused(CONFIG, error(code, message), {}, fresh=True)
    assert problem.reason is reason
    assert str(problem).startswith(f"{CONFIG}: {message}")


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        *((code, True) for code in (400, 403, 404, 409, 422)),
        *((code, False) for code in (408, 429, 500, 502, 503, 504)),
    ],
)
def test_only_a_definite_no_to_something_new_means_that_nothing_is_there(code: int, absent: bool) -> None:
    assert refused(CONFIG, error(code), {}, fresh=True).absent is absent
    assert refused(CONFIG, error(code), {}, fresh=False).absent is False


@pytest.mark.parametrize("code", [400, 404, 409, 422, 500])
def test_a_refused_secret_is_not_quoted(code: int) -> None:
    problem = refused(SECRET, error(code, "data.password: invalid value: hush", "data.password"), {}, fresh=True)
    assert "hush" not in str(problem)
    assert "data.password" in str(problem)
    assert "hush" not in str(not_removed(SECRET, error(code, "hush")))


def test_a_missing_namespace_says_what_to_do() -> None:
    problem = refused(CONFIG, error(404, 'namespaces "ns" not found'), {}, fresh=True)
    assert "destination.createNamespace" in str(problem)


def test_what_rbac_says_is_told_as_it_is() -> None:
    said = 'roles "a" is forbidden: User "me" cannot patch resource "configmaps" in API group "" in the namespace "ns"'
    body: dict[str, Any] = {"rules": [{"resources": ["configmaps"], "verbs": ["patch"]}]}
    assert said in str(refused(CONFIG, error(403, said), body, fresh=True))
    body = {"data": {"a": "configmaps"}}
    assert '"***"' in str(refused(CONFIG, error(403, 'denied: it cannot hold "configmaps"'), body, fresh=True))
