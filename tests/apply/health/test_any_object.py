"""Whatever an object holds, judging it ends in a verdict of one short line."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vidra.apply.health import Health, health_of
from vidra.apply.health.custom_rules import parse
from vidra.apply.health.registry import _JUDGES
from vidra.apply.health.results import LONGEST

KINDS = [
    *_JUDGES,
    ("", "ConfigMap"),
    ("example.com", "Widget"),
    ("inv.sdcio.dev", "Schema"),
    ("pkg.crossplane.io", "A"),
]
CONDITIONS = re.findall(
    r"\w+",
    """
    Ready Reconciling Stalled Synced Healthy Installed Established Offered NamesAccepted Available Progressing Running
    ReplicaFailure PodScheduled Paused Failure RestartRequired Complete Failed Suspended AbleToScale TargetReady
    """,
)
FIELDS = re.findall(
    r"\w+",
    """
    replicas readyReplicas updatedReplicas availableReplicas currentReplicas observedGeneration phase printableStatus
    conditions containerStatuses initContainerStatuses state waiting reason message updateStrategy rollingUpdate
    partition type running runStrategy startTime loadBalancer ingress desiredNumberScheduled completions generation
    deletionTimestamp creationTimestamp finalizers deviations progress clusterIP
    """,
)
WORDS = st.sampled_from(
    [
        *("True", "False", "Unknown", "", "Running", "Pending", "Failed", "Stopped", "Always", "LoadBalancer"),
        *("OnDelete", "Unschedulable", "CrashLoopBackOff", "2026-01-01T00:00:00Z", "2026-01-01", "9999-99-99"),
        *("\ud800", "a\nb" * 300),
    ]
)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.integers(0, 3)
CONDITION = st.fixed_dictionaries(
    {"type": st.sampled_from(CONDITIONS) | WORDS},
    optional={"status": WORDS, "reason": WORDS, "message": WORDS, "observedGeneration": NUMBERS},
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner | CONDITION, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS), inner | st.lists(CONDITION, max_size=3), max_size=4)
    ),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5)
OBJECTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("metadata", "spec", "status"), BODIES | VALUES))
RULES = """
- {apiVersion: example.com/v1, kind: Widget, current: status.replicas == spec.replicas, message: status.message}
- apiVersion: kubevirt.io/v1
  kind: VirtualMachine
  inProgress: status.conditions.exists(c, c.type == 'Ready' && c.status == 'False')
  failed: status.?phase.orValue('') == 'Failed' || size(status.conditions) > 1
  current: status == spec || metadata.generation > 1
  message: status.conditions.filter(c, c.status == 'True')[0].message
"""


def sound(health: Health) -> bool:
    return len(health.message) <= LONGEST and "\n" not in health.message


@given(st.sampled_from(KINDS), OBJECTS)
def test_no_object_raises(which: tuple[str, str], body: dict[str, Any]) -> None:
    group, kind = which
    assert sound(health_of({"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, **body}))


@given(VALUES, VALUES, OBJECTS)
def test_nor_does_what_is_no_object(api_version: Any, kind: Any, body: dict[str, Any]) -> None:
    assert sound(health_of({"apiVersion": api_version, "kind": kind, **body}))


@given(st.sampled_from([("example.com/v1", "Widget"), ("kubevirt.io/v1", "VirtualMachine")]), OBJECTS)
def test_nor_does_an_object_that_a_rule_is_asked_of(which: tuple[str, str], body: dict[str, Any]) -> None:
    assert sound(ASKED.health_of({"apiVersion": which[0], "kind": which[1], **body}))


ASKED, COMPLAINTS = parse(RULES)
assert not COMPLAINTS
