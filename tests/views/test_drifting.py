"""Who changes what, fights first, each with the commands that lead on."""

import msgspec

from testkit.resources import resource
from vidra.api.reasons import Reason
from vidra.api.resource import DriftedObject, ManagedObject, ObjectProblem
from vidra.apply.inventory import ref_of
from vidra.views.drifting import drifting
from vidra.views.state import drifts


def test_fights_come_first_and_commands_name_group_namespace_and_cluster() -> None:
    web = ManagedObject("apps/v1", "Deployment", "web", "shop", "https://east.example.com")
    plain = ManagedObject("v1", "ConfigMap", "settings", "shop")
    problem = ObjectProblem(Reason.DRIFT_FIGHT, "reverted 10 times", str(ref_of(web)))
    item = resource("r", [web, plain], ready="False", problems=[problem])
    drifted = (DriftedObject(str(ref_of(plain)), ("data.colour",), ("kubectl-edit",)),)
    item = msgspec.structs.replace(item, status=msgspec.structs.replace(item.status, drifted=drifted))
    fight, drift = drifting([item])
    assert fight.fights
    assert fight.commands[0] == "vidra trace deployment.apps/web -n shop --server https://east.example.com"
    assert (drift.fields, drift.managers) == (("data.colour",), ("kubectl-edit",))
    assert drift.commands[1] == "kubectl get configmap/settings -n shop -o yaml --show-managed-fields"
    assert drifts(item)


def test_another_problem_is_no_drift() -> None:
    item = resource("r", problems=[ObjectProblem(Reason.REFUSED, "no", "ConfigMap shop/one (v1)")])
    assert drifting([item]) == []
    assert not drifts(item)
