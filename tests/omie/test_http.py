"""The client on real connections: what it writes, what it makes of answers, what it never does."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.http import TooLarge
from omie.http import LIMITS, Client
from tests.support.waiting import eventually

LOCAL = "127.0.0.1"
ENDS_HERE = b"ends here"
"""The server hangs up where it finds this in its script."""


def answer(body: bytes, head: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{head}\r\n".encode() + body


@dataclass
class Erp:
    """Writes the next of its answers, piece by piece, for every request it reads."""

    answers: list[Sequence[bytes]]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    def __post_init__(self) -> None:
        self.hold.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                await self.hold.wait()
                for piece in self.answers.pop(0) if self.answers else [answer(b"{}")]:
                    if piece is ENDS_HERE:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()

    def client(
        self, scheme: str = "http", trust: ssl.SSLContext | None = None, silent_s: float = 30
    ) -> Client:
        url = f"{scheme}://{LOCAL}:{self.port}/api/v1/"
        limits = replace(LIMITS, answer_bytes=10_000, silent_s=silent_s)
        return Client(url, limits, trust=trust)


@asynccontextmanager
async def an_erp(
    *answers: Sequence[bytes], identity: ssl.SSLContext | None = None
) -> AsyncIterator[Erp]:
    erp = Erp(list(answers))
    server = await asyncio.start_server(erp.serve, LOCAL, 0, ssl=identity)
    erp.port = server.sockets[0].getsockname()[1]
    async with server:
        yield erp


async def heard(*pieces: bytes) -> bytes:
    """The body that the client makes of an answer."""
    async with an_erp(pieces) as erp, erp.client() as http:
        return (await http.post("s/", content=b"{}")).content


async def test_a_call_is_a_post_of_json_and_calls_share_a_connection() -> None:
    async with an_erp([answer(b"one")], [answer(b"two")]) as erp, erp.client() as http:
        first = await http.post("geral/clientes/", content=b'{"a":1}')
        second = await http.post("geral/clientes/", content=b'{"b":22}')

    assert (first.content, second.content) == (b"one", b"two")
    assert erp.connections == 1
    head, _, body = erp.requests[1].partition(b"\r\n\r\n")
    assert body == b'{"b":22}'
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /api/v1/geral/clientes/ HTTP/1.1"
    sent = dict(header.lower().split(": ", 1) for header in headers)
    assert sent["content-type"] == "application/json"
    assert sent["content-length"] == "8"
    assert sent["host"] == f"{LOCAL}:{erp.port}"
    assert sent["user-agent"] == "esteira"
    assert "gzip" in sent["accept-encoding"]


async def test_an_answer_is_followed_nowhere_and_remembered_nowhere() -> None:
    moved = (
        b"HTTP/1.1 301 M\r\nLocation: /x\r\nSet-Cookie: who=me\r\nContent-Length: 5\r\n\r\nmoved"
    )
    async with an_erp([moved], [moved]) as erp, erp.client() as http:
        for _ in range(2):
            told = await http.post("s/", content=b"{}")
            assert (told.status_code, told.content) == (301, b"moved")
            assert told.headers["location"] == "/x"

    assert [request.split()[1] for request in erp.requests] == [b"/api/v1/s/"] * 2
    assert all(b"cookie" not in request.lower() for request in erp.requests)


async def test_an_answer_comes_back_whole_however_it_was_cut_and_packed() -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    assert await heard(chunked, b"3\r\nabc\r\n2\r", b"\nde\r\n", b"0\r\n\r\n") == b"abcde"
    assert await heard(b"HTTP/1.1 100 Continue\r\n\r\n", answer(b"abcde")) == b"abcde"
    assert await heard(answer(b"abcde")[:-3], b"c", b"de") == b"abcde"
    assert await heard(answer(gzip.compress(b"abcde"), "content-encoding: gzip\r\n")) == b"abcde"
    assert await heard(b"HTTP/1.1 200 OK\r\na: b\r\n\r\nab", b"cde", ENDS_HERE) == b"abcde"


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([ENDS_HERE], httpx.ReadError),
        ([answer(b"abcde")[:-3], ENDS_HERE], httpx.ReadError),
        ([b"220 smtp.test ESMTP\r\n"], httpx.ReadError),
        ([answer(b" " * 10_001)], TooLarge),
        ([answer(gzip.compress(b" " * 100_000), "content-encoding: gzip\r\n")], TooLarge),
        ([answer(b"torn", "content-encoding: gzip\r\n")], httpx.ReadError),
    ],
)
async def test_what_is_no_answer_says_so_and_the_next_call_is_its_own(
    pieces: list[bytes], error: type[Exception]
) -> None:
    async with an_erp(pieces, [answer(b"good")]) as erp, erp.client() as http:
        with pytest.raises(error):
            await http.post("s/", content=b"{}")

        assert (await http.post("s/", content=b"{}")).content == b"good"


async def test_a_connection_that_the_erp_closed_meanwhile_is_not_written_to() -> None:
    async with an_erp([answer(b"one"), ENDS_HERE], [answer(b"two")]) as erp, erp.client() as http:
        await http.post("s/", content=b"{}")
        await eventually(lambda: not erp.open)
        for _ in range(20):
            await asyncio.sleep(0)

        assert (await http.post("s/", content=b"{}")).content == b"two"
        assert erp.connections == 2


async def test_an_answer_that_nobody_waits_for_any_more_is_never_taken_for_anothers() -> None:
    async with an_erp([answer(b"late")], [answer(b"mine")]) as erp, erp.client() as http:
        erp.hold.clear()
        given_up = asyncio.create_task(http.post("s/", content=b"{}"))
        await eventually(lambda: erp.requests)
        given_up.cancel()
        await asyncio.wait([given_up])
        erp.hold.set()

        assert (await http.post("s/", content=b"{}")).content == b"mine"


async def test_there_are_never_more_connections_than_allowed() -> None:
    async with an_erp() as erp, erp.client() as http:
        await asyncio.gather(
            *(http.post("s/", content=b"{}") for _ in range(2 * LIMITS.connections))
        )

        assert len(erp.requests) == 2 * LIMITS.connections
        assert erp.most_open <= LIMITS.connections


async def test_an_erp_that_falls_silent_is_given_up_on() -> None:
    async with an_erp([answer(b"abcde")[:-1]]) as erp, erp.client(silent_s=0.05) as http:
        erp.answers.append([answer(b"good")])
        with pytest.raises(httpx.ReadTimeout):
            await http.post("s/", content=b"{}")

        assert (await http.post("s/", content=b"{}")).content == b"good"


def _identity(folder: Path) -> Path:
    """A certificate for this machine that signs for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, LOCAL)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOCAL))]), False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "identity.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return file


async def test_the_keys_go_to_nobody_whose_certificate_is_not_trusted(tmp_path: Path) -> None:
    file = _identity(tmp_path)
    identity = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    identity.load_cert_chain(file)
    async with an_erp([answer(b"hello")], identity=identity) as erp:
        async with erp.client("https") as http:
            with pytest.raises(httpx.ConnectError):
                await http.post("s/", content=b"{}")
        assert erp.requests == []

        trust = ssl.create_default_context(cafile=str(file))
        async with erp.client("https", trust) as http:
            assert (await http.post("s/", content=b"{}")).content == b"hello"
