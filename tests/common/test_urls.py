"""Which addresses mean one API server, and what of one may be shown."""

import pytest

from vidra.common.urls import host_of, is_plain, same_server


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a", "https://a/", True),
        ("https://a", "https://a:443", True),
        ("https://A.example", "https://a.example", True),
        ("http://a", "http://a:80", True),
        ("https://a", "http://a", False),
        ("https://a", "https://a:6443", False),
        ("https://a", "https://b", False),
        ("https://a/x", "https://a/x/", True),
        ("https://a/x", "https://a/y", False),
        ("https://[::1]:6443", "https://[::1]:6443/", True),
        ("https://a:port", "https://a:port", True),
        ("https://a:port", "https://b:port", False),
    ],
)
def test_which_urls_mean_one_server(one: str, other: str, same: bool) -> None:
    assert same_server(one, other) is same


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://a.example:6443/x", "a.example"), ("https://[::1]", "::1"), ("https://[::1", ""), ("a", ""), ("", "")],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://a:6443/x", True),
        ("https://user:secret@a", False),
        ("https://a?token=secret", False),
        ("https://a#secret", False),
        ("https://[::1", False),
    ],
)
def test_what_may_be_shown_holds_no_user_and_no_query(url: str, plain: bool) -> None:
    assert is_plain(url) is plain
