"""What an API server proves with every connection, by which two addresses are known to lead to one cluster."""

import pytest

from vidra.kube.connection import Connection

ONE, TWO = (f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n" for text in ("QUJD", "REVG"))
EAST = Connection("https://east.example:6443", ca=ONE)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Connection("https://EAST.example:7443", ca=ONE, token="t"), True),
        (Connection("https://10.0.0.1", ca=ONE.replace("\n", "\r\n"), tls_server_name="east.example"), True),
        (Connection("https://10.0.0.1", ca=ONE), False),
        (Connection("https://east.example:6443", ca=TWO), False),
        (Connection("https://east.example:6443", ca=ONE + TWO), False),
        (Connection("https://east.example:6443", ca=ONE, tls_server_name="west.example"), False),
        (Connection("https://east.example/clusters/two", ca=ONE), False),
        (Connection("https://east.example:6443", ca=ONE, insecure=True), False),
    ],
)
def test_the_same_authority_and_name_are_the_same_server(other: Connection, same: bool) -> None:
    assert (other.proof == EAST.proof) is same


def test_a_certificate_of_any_public_authority_proves_nothing() -> None:
    assert Connection("https://east.example").proof is None
