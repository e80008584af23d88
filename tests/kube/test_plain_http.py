"""The HTTP of quick commands: answers are received whole, or are an error; nothing half is taken for all."""

import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

from vidra.kube import plain_http
from vidra.kube.plain_http import Answer, BrokenAnswerError, PlainHttp

Server = Callable[..., PlainHttp]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that gives these answers, one to each request, and a new connection where it closed one."""
    listening = socket.create_server(("127.0.0.1", 0))
    opened: list[PlainHttp] = []

    def answer(connection: socket.socket, answers: list[bytes]) -> None:
        with connection, connection.makefile("rb") as requests:
            while answers:
                while (line := requests.readline()) not in {b"\r\n", b""}:
                    pass
                if not line:
                    return
                connection.sendall(text := answers.pop(0))
                if b"Connection: close" in text or text.endswith(b"..."):
                    return

    def serve(answers: list[bytes]) -> None:
        while answers:
            answer(listening.accept()[0], answers)

    def start(*answers: bytes) -> PlainHttp:
        threading.Thread(target=serve, args=(list(answers),), daemon=True).start()
        place = urlsplit(f"http://127.0.0.1:{listening.getsockname()[1]}")
        opened.append(PlainHttp(place, None, "", 30))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
    listening.close()


OK = b"HTTP/1.1 200 OK\r\n"


def test_answers_of_every_form_are_received_over_one_connection(server: Server) -> None:
    http = server(
        OK + b"Content-Length: 5\r\nRetry-After: 7\r\n\r\nhello",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
    )
    assert http.get("/a", {}) == Answer(200, "OK", {"content-length": "5", "retry-after": "7"}, b"hello")
    assert http.get("/b", {}).body == b"hello world"
    assert http.get("/c", {})[:2] == (404, "Not Found")
    assert http.get("/d", {}).body == b""


def test_after_the_server_closed_the_connection_there_is_a_new_one(server: Server) -> None:
    http = server(OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na", OK + b"Content-Length: 1\r\n\r\nb")
    assert [http.get("/", {}).body for _ in range(2)] == [b"a", b"b"]


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 9\r\n\r\ncut...",
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\ncut...",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n...",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1_0\r\n...",
        OK + b"Content-Length: 99999999999\r\n\r\n...",
        OK + b"\r\nwithout a length...",
        OK + b"Content-Le...",
        OK + b"A: b\r\n" * 3 + b"\r\n...",
        OK + b"".join(b"%d: b\r\n" % number for number in range(plain_http.HEADERS + 1)) + b"\r\n...",
        OK + b"A: " + b"b" * plain_http.LINE + b"...",
        b"SSH-2.0-OpenSSH...",
        b"...",
    ],
)
def test_what_is_no_whole_answer_is_an_error(server: Server, answer: bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        server(answer).get("/", {})


def test_a_header_cannot_add_another_one(server: Server) -> None:
    with pytest.raises(BrokenAnswerError):
        server(OK + b"Content-Length: 0\r\n\r\n").get("/", {"Authorization": "Bearer a\r\nX: y"})
