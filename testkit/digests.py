"""Digests of tests that have no operator."""

from vidra.apply.desired.digest import Digests

DIGESTS = Digests(b"a key that everybody can read here")
