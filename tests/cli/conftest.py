"""The command against two control planes: one with an operator at work, one in which nobody is."""

import pytest

from vidra.testing.command import Vidra, vidra_with
from vidra.testing.controlplane import ControlPlane


@pytest.fixture
def vidra(controlplane: ControlPlane) -> Vidra:
    """The command against the shared control plane."""
    return vidra_with(controlplane.kubeconfig)


@pytest.fixture
def bare(own_plane: ControlPlane) -> Vidra:
    """The command against a control plane with Vidra's definitions, where nothing is and nobody works."""
    return vidra_with(own_plane.kubeconfig)
