"""Virtual machines of KubeVirt, and the volumes that CDI fills for them."""

from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health
from vidra.apply.health.fields import Condition, conditions, flag, text
from vidra.apply.health.results import current, failed, in_progress, terminating, unknown

_ERRORS = frozenset(
    {
        "CrashLoopBackOff",
        "ErrorUnschedulable",
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrorPvcNotFound",
        "ErrorDataVolumeNotFound",
        "DataVolumeError",
    }
)
_UP = frozenset({"Running", "Migrating"})


def machine(source: Mapping[str, Any]) -> Health:
    """A VirtualMachine is as its run strategy says.

    Its observedGeneration is that of the running instance, and stays old until the next restart. So it does not show
    whether the controller has seen the spec.
    """
    shown, found = text(source, "status", "printableStatus"), conditions(source)
    failure = found.get("Failure")
    if shown in _ERRORS or (failure and failure.true):
        return failed(_with(shown, _trouble(found)))
    match shown:
        case "":
            return in_progress("not seen by its controller yet")
        case "Unknown":
            return unknown(_with(shown, _trouble(found)))
        case "Terminating":
            return terminating("being deleted")
        case "Paused":
            return _paused(found)
    return _as_meant(_strategy(source), shown, found)


def _as_meant(strategy: str, shown: str, found: dict[str, Condition]) -> Health:
    if shown == "Stopped":
        return in_progress("Stopped, but it is meant to run") if strategy == "Always" else current("Stopped")
    if shown not in _UP:
        return in_progress(_with(shown, _trouble(found)))
    if strategy == "Halted":
        return in_progress(f"{shown}, but it is meant to be stopped")
    ready = found.get("Ready")
    if ready and not ready.true:
        return in_progress(_with(shown, ready.words))
    restart = found.get("RestartRequired")
    return current(f"{shown}, restart required: {restart.words}" if restart and restart.true else shown)


def _strategy(source: Mapping[str, Any]) -> str:
    """The run strategy; `running` is its older form. With neither, it is not meant to run."""
    running = flag(source, "spec", "running")
    given = text(source, "spec", "runStrategy")
    return given or ("Always" if running else "Halted")


def _paused(found: dict[str, Condition]) -> Health:
    """A pause by a person is wanted; one after an I/O error is not."""
    paused = found.get("Paused")
    if paused and "error" in paused.reason.lower():
        return failed(_with("Paused", paused.words))
    return current(_with("Paused", paused.words if paused else ""))


def _trouble(found: dict[str, Condition]) -> str:
    """The message of the most important condition."""
    failure = found.get("Failure")
    if failure and failure.true:
        return failure.words
    for kind in ("PodScheduled", "Synchronized", "DataVolumesReady", "Ready"):
        condition = found.get(kind)
        if condition and condition.false and condition.message:
            return condition.words
    return ""


def instance(source: Mapping[str, Any]) -> Health:
    """A VirtualMachineInstance: one run of a machine."""
    phase, found = text(source, "status", "phase"), conditions(source)
    ready = found.get("Ready")
    match phase:
        case "Succeeded":
            return current("ended")
        case "Failed":
            return failed(_with(phase, _trouble(found)))
        case "Unknown":
            return unknown(_with(phase, _trouble(found)))
        case "Running" if (paused := found.get("Paused")) and paused.true:
            return _paused(found)
        case "Running" if ready is None or ready.true:
            return current(phase)
    return in_progress(_with(phase or "not seen by its controller yet", _trouble(found)))


def data_volume(source: Mapping[str, Any]) -> Health:
    """A DataVolume is ready when its import, clone or upload is; one that waits for its consumer must block nothing."""
    phase, found = text(source, "status", "phase"), conditions(source)
    running = found.get("Running")
    words = running.message if running and not running.true else ""
    match phase:
        case "Succeeded":
            return current(phase)
        case "WaitForFirstConsumer" | "PendingPopulation":
            return current(f"{phase}: it is filled when a virtual machine or a Pod uses it")
        case "Failed":
            return failed(_with(phase, words or _trouble(found)))
        case "Unknown":
            return unknown(_with(phase, words))
    done = text(source, "status", "progress")
    shown = f"{phase} {done}" if done not in {"", "N/A"} else phase
    return in_progress(_with(shown or "not seen by its controller yet", words))


def _with(shown: str, words: str) -> str:
    return f"{shown}: {words}" if shown and words else shown or words
