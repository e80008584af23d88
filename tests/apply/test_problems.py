from typing import Any

import pytest

from vidra.api.reasons import Reason
from vidra.apply.errors import not_removed, refused
from vidra.apply.refusals import pause
from vidra.kube.errors import ApiError, Cause, Details, Status
from vidra.manifests import Ref

CONFIG = Ref("v1", "ConfigMap", "ns", "a")
SECRET = Ref("v1", "Secret", "ns", "a")


def error(code: int, message: str = "no", *fields: str) -> ApiError:
    causes = tuple(Cause(field=field, message="hush") for field in fields)
    return ApiError(code, Status(message=message, reason="Because", details=Details(causes=causes)))


FORBIDDEN = 'configmaps "a" is forbidden: '
DENIED = 'admission webhook "x.example.com" denied the request: '
POLICY = FORBIDDEN + "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (400, "bad", Reason.REFUSED),
        (413, "Request entity too large: limit is 3145728", Reason.REFUSED),
        (422, "spec.x: Invalid value", Reason.REFUSED),
        (500, "etcdserver: request is too large", Reason.REFUSED),
        (
            500,
            "failed to create typed patch object (ns/a; /v1, Kind=ConfigMap): .data.x: expected string",
            Reason.REFUSED,
        ),
        (500, "failed to convert new object (ns/a; /v1, Kind=Secret): illegal base64 data", Reason.REFUSED),
        (403, FORBIDDEN + 'User "vidra" cannot patch resource "configmaps" in API group ""', Reason.FORBIDDEN),
        (
            403,
            'user "vidra" (groups=["g"]) is attempting to grant RBAC permissions not currently held:',
            Reason.FORBIDDEN,
        ),
        (
            403,
            FORBIDDEN + "exceeded quota: ten, requested: pods=1, used: pods=1, limited: pods=1",
            Reason.QUOTA_EXCEEDED,
        ),
        (403, FORBIDDEN + "insufficient quota to consume: pods", Reason.QUOTA_EXCEEDED),
        (403, FORBIDDEN + "failed quota: ten: must specify limits.cpu", Reason.REFUSED),
        (403, FORBIDDEN + "status unknown for quota: ten, resources: pods", Reason.REFUSED_FOR_NOW),
        (403, FORBIDDEN + "not yet ready to handle request", Reason.REFUSED_FOR_NOW),
        (
            403,
            FORBIDDEN + 'error looking up service account ns/a: serviceaccount "a" not found',
            Reason.REFUSED_FOR_NOW,
        ),
        (403, FORBIDDEN + "no PriorityClass with name high was found", Reason.REFUSED_FOR_NOW),
        (403, FORBIDDEN + 'pod rejected: RuntimeClass "gvisor" not found', Reason.REFUSED_FOR_NOW),
        (403, FORBIDDEN + 'violates PodSecurity "restricted:latest"', Reason.REFUSED),
        (
            403,
            FORBIDDEN + "unable to create new content in namespace ns because it is being terminated",
            Reason.NAMESPACE_MISSING,
        ),
        (404, 'namespaces "ns" not found', Reason.NAMESPACE_MISSING),
        (404, 'roles.rbac.authorization.k8s.io "reader" not found', Reason.REFUSED_FOR_NOW),
        (404, 'storageclasses.storage.k8s.io "namespaces" not found', Reason.REFUSED_FOR_NOW),
        (404, "the server could not find the requested resource", Reason.KIND_UNKNOWN),
        (403, FORBIDDEN + "create not allowed while custom resource definition is terminating", Reason.KIND_UNKNOWN),
        (405, "create not allowed while custom resource definition is terminating", Reason.KIND_UNKNOWN),
        (405, "the server does not allow this method on the requested resource", Reason.REFUSED),
        (409, "conflict with kubectl: .data.a", Reason.CONFLICT),
        (
            409,
            'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
            Reason.REFUSED_FOR_NOW,
        ),
        (409, 'object is being deleted: configmaps "a" already exists', Reason.WAITING_FOR_DELETION),
        (403, DENIED + "image cannot be pulled", Reason.REFUSED),
        (403, DENIED + 'User "x" cannot patch this; exceeded quota: ten', Reason.REFUSED),
        (400, DENIED + 'failed calling webhook "other": not found', Reason.REFUSED),
        (500, DENIED + "the database is away", Reason.REFUSED_FOR_NOW),
        (503, DENIED + "starting", Reason.REFUSED_FOR_NOW),
        (422, POLICY + "exceeded quota: of my own", Reason.REFUSED),
        (422, POLICY + "failed to configure binding: no params found for policy binding", Reason.REFUSED_FOR_NOW),
        (
            500,
            'Internal error occurred: failed calling webhook "x": no endpoints available for service "x"',
            Reason.REFUSED_FOR_NOW,
        ),
        (500, 'Internal error occurred: failed calling webhook "x": context deadline exceeded', Reason.REFUSED_FOR_NOW),
        (
            500,
            "conversion webhook for a.example.com/v1, Kind=A failed: Post: connection refused",
            Reason.REFUSED_FOR_NOW,
        ),
        (500, "etcdserver: leader changed", Reason.REFUSED_FOR_NOW),
        (503, "the server is currently unable to handle the request", Reason.REFUSED_FOR_NOW),
        (504, "Timeout: request did not complete within the allotted timeout", Reason.REFUSED_FOR_NOW),
        (429, "the server has received too many requests", Reason.REFUSED_FOR_NOW),
    ],
)
def test_what_a_refusal_means(code: int, message: str, reason: Reason) -> None:
    problem = refused(CONFIG, error(code, message), {}, fresh=True)
    assert problem.reason is reason
    assert str(problem).startswith(f"{CONFIG}: {message}")


def test_a_cause_tells_that_the_namespace_is_on_its_way_out() -> None:
    cause = Cause(reason="NamespaceTerminating", message="namespace ns is being terminated", field="metadata.namespace")
    said = ApiError(403, Status(message="in other words", details=Details(causes=(cause,))))
    assert refused(SECRET, said, {}, fresh=True).reason is Reason.NAMESPACE_MISSING


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (403, 'User "vidra" cannot delete resource "configmaps"', Reason.PRUNE_FAILED),
        (403, DENIED + "keep it", Reason.PRUNE_FAILED),
        (500, 'Internal error occurred: failed calling webhook "x": refused', Reason.REFUSED_FOR_NOW),
        (429, "too many requests", Reason.REFUSED_FOR_NOW),
    ],
)
def test_what_a_refused_removal_means(code: int, message: str, reason: Reason) -> None:
    assert not_removed(CONFIG, error(code, message)).reason is reason


@pytest.mark.parametrize(
    ("reasons", "seconds"),
    [
        ([], None),
        ([Reason.REFUSED, Reason.CONFLICT], None),
        ([Reason.NAMESPACE_MISSING], 30),
        ([Reason.REFUSED, Reason.KIND_UNKNOWN], 30),
        ([Reason.QUOTA_EXCEEDED], 5),
        ([Reason.REFUSED, Reason.REFUSED_FOR_NOW], 5),
        ([Reason.REFUSED_FOR_NOW] * 20, 10),
        ([Reason.REFUSED_FOR_NOW] * 1000, 30),
    ],
)
def test_what_ends_by_itself_is_tried_again_soon_and_never_by_many_at_once(
    reasons: list[Reason], seconds: float | None
) -> None:
    assert pause(reasons, 30) == seconds


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        *((code, True) for code in (400, 403, 409, 422)),
        *((code, False) for code in (404, 408, 429, 500, 502, 503, 504)),
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
    missing = error(404, 'namespaces "ns" not found')
    command = "create the namespace (kubectl create namespace ns)"
    assert str(refused(CONFIG, missing, {}, fresh=True)).endswith(command)
    also = f"{command}, or set destination.createNamespace"
    assert str(refused(CONFIG, missing, {}, fresh=True, creatable="ns")).endswith(also)
    assert str(refused(CONFIG, missing, {}, fresh=True, creatable="other")).endswith(command)


def test_what_rbac_says_is_told_as_it_is() -> None:
    said = 'roles "a" is forbidden: User "me" cannot patch resource "configmaps" in API group "" in the namespace "ns"'
    body: dict[str, Any] = {"rules": [{"resources": ["configmaps"], "verbs": ["patch"]}]}
    assert said in str(refused(CONFIG, error(403, said), body, fresh=True))
    body = {"data": {"a": "configmaps"}}
    assert '"***"' in str(refused(CONFIG, error(403, 'denied: it cannot hold "configmaps"'), body, fresh=True))
