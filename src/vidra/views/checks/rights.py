"""Whether the operator has the rights that it needs: asked of the API server itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vidra.api.rights import CREDENTIALS, Need, needs
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.views.checks.finding import Finding


async def check_rights(client: Client, account: str, namespaces: Sequence[str]) -> Finding:
    """Whether everything is allowed: by SelfSubjectAccessReview, or SubjectAccessReview for another account.

    Args:
        account: A ServiceAccount, as namespace:name; empty: the caller.
        namespaces: Those whose Secrets count, Vidra's own first.
    """
    what = f"rights of {account}" if account else "rights"
    wanted = rights_wanted(namespaces)
    try:
        answers = await asyncio.gather(*(_may(client, *right, account) for right in wanted))
    except KubeError as error:
        return Finding(what, "unknown", str(error))
    return rights_finding(what, [_said(*right) for right, allowed in zip(wanted, answers, strict=True) if not allowed])


def rights_wanted(namespaces: Sequence[str]) -> list[tuple[str, Need, str]]:
    """Verb, need and namespace (empty: all) of each right.

    Args:
        namespaces: Those whose Secrets count, Vidra's own first.
    """
    places = [(need, namespaces[0] if need.own else "") for need in needs()]
    places += [(need, namespace) for need in CREDENTIALS for namespace in namespaces[1:]]
    return [(verb, need, namespace) for need, namespace in places for verb in need.verbs]


def rights_finding(what: str, denied: Sequence[str]) -> Finding:
    """What a person has to do about missing rights."""
    if denied:
        return Finding(
            what,
            "problem",
            f"not allowed: {'; '.join(denied)}: bind the ClusterRole vidra (vidra install --image, or the chart)",
        )
    return Finding(
        what, "ok", "everything that Vidra needs for itself; what artifacts need shows when they are applied"
    )


async def _may(client: Client, verb: str, need: Need, namespace: str, account: str) -> bool:
    resource, _, subresource = need.resource.partition("/")
    attributes = {"verb": verb, "group": need.group, "resource": resource, "subresource": subresource}
    if namespace:
        attributes["namespace"] = namespace
    place, _, name = account.partition(":")
    user = f"system:serviceaccount:{place}:{name}" if account else ""
    return await is_allowed(client, attributes, user=user)


def _said(verb: str, need: Need, namespace: str) -> str:
    return f"{verb} {need.resource}{f' in {namespace}' if namespace else ''}"


async def signed_in(client: Client) -> None:
    """Check the credentials, with a request that needs some: everybody may read /version.

    Raises:
        KubeError: They are not valid, or that is not known.
    """
    await is_allowed(client, {"path": "/api", "verb": "get"})
