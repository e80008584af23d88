"""InfrahubSync: from a listing of artifacts to one VidraResource each."""

from vidra.controllers.sync.controller import SyncController as SyncController
