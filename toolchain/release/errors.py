"""What can go wrong while a release is made."""


class ReleaseError(Exception):
    """There is no release; the message says what to do."""
