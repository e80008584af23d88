"""What can go wrong while the programs of the control plane are fetched."""


class BinariesError(Exception):
    """The programs of the control plane cannot be had; the message says what to do."""


class ChecksumMismatchError(BinariesError):
    """A downloaded file is not the file that was released."""


class UnreachableError(BinariesError):
    """A release file cannot be had from here."""
