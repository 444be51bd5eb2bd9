"""The network guard, against real loopback sockets."""

import asyncio
import contextlib
import functools
import http.server
import pickle
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import urllib3

from bototape.errors import NetworkBlocked, UsageError
from bototape.guard import allow, guard
from bototape.guard.hosts import Listed, parse

AWS = "sagemaker.us-east-1.amazonaws.com"


@pytest.fixture
def listening() -> Iterator[tuple[str, int]]:
    """A loopback TCP server that accepts and closes; its address."""
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def accept():
        while not done.is_set():
            with contextlib.suppress(OSError):
                server.accept()[0].close()

    thread = threading.Thread(target=accept)
    thread.start()
    address = server.getsockname()
    yield address
    done.set()
    socket.create_connection(address).close()
    thread.join()
    server.close()


def connect(address) -> None:
    with socket.socket() as client:
        client.connect(address)


def patched() -> list[str]:
    names = ("connect", "connect_ex", "sendto", "sendmsg")
    of_module = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")
    found = [name for name in names if name in vars(socket.socket)]
    return found + [name for name in of_module if hasattr(getattr(socket, name), "__wrapped__")]


def test_refuses_a_connection_by_address(listening):
    """A connection during replay stops at the call, and names the host, the port and the way out."""
    host, port = listening

    with guard(), pytest.raises(NetworkBlocked) as caught:
        connect(listening)

    place = f"{host}:{port}"
    assert str(caught.value) == (
        f"cannot connect to {place}: the network is guarded while a cassette plays\n"
        f"  fix: record the call where the network may be used, or list the host: allowed_hosts=['{place}']"
    )


def test_the_refusal_is_no_network_error(listening):
    """Code that retries or hides network errors does not take the refusal for one."""
    with guard(), pytest.raises(NetworkBlocked) as caught:
        connect(listening)

    assert isinstance(caught.value, AssertionError)
    assert not isinstance(caught.value, OSError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda client, to: client.connect(to), id="connect"),
        pytest.param(lambda client, to: client.connect_ex(to), id="connect_ex"),
        pytest.param(lambda _client, to: socket.create_connection(to), id="create_connection"),
    ],
)
def test_refuses_every_way_to_connect(reach, listening):
    """No way to open a TCP connection is left."""
    with socket.socket() as client, guard() as entry, pytest.raises(NetworkBlocked):
        reach(client, listening)

    assert [each.host for each in entry.blocked] == ["{}:{}".format(*listening)]


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda client, to: client.sendto(b"x", to), id="sendto"),
        pytest.param(lambda client, to: client.sendto(b"x", 0, to), id="sendto-flags"),
        pytest.param(lambda client, to: client.sendmsg([b"x"], [], 0, to), id="sendmsg"),
    ],
)
def test_refuses_datagrams(send):
    """UDP (DNS, StatsD) is network as well."""
    with socket.socket(type=socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        address = server.getsockname()
        with guard() as entry, pytest.raises(NetworkBlocked):
            send(client, address)
        with guard(["127.0.0.1"]):
            send(client, address)

    assert [each.host for each in entry.blocked] == ["{}:{}".format(*address)]


def test_sending_on_a_connected_socket_is_not_looked_at():
    """A socket that was connected before, or whose connection was allowed, goes on working."""
    one, other = socket.socketpair()
    with one, other, guard():
        one.sendmsg([b"a"])
        one.sendall(b"b")

        assert other.recv(2, socket.MSG_WAITALL) == b"ab"


@pytest.mark.parametrize(
    "look_up",
    [
        pytest.param(lambda: socket.getaddrinfo(AWS, 443), id="getaddrinfo"),
        pytest.param(lambda: socket.getaddrinfo(AWS.encode(), 443), id="getaddrinfo-bytes"),
        pytest.param(lambda: socket.gethostbyname(AWS), id="gethostbyname"),
        pytest.param(lambda: socket.gethostbyname_ex(AWS), id="gethostbyname_ex"),
        pytest.param(lambda: socket.create_connection((AWS, 443)), id="create_connection"),
    ],
)
def test_refuses_dns(look_up):
    """Looking up a host is network traffic, so the name is refused before any resolver is asked."""
    with guard() as entry, pytest.raises(NetworkBlocked) as caught:
        look_up()

    assert caught.value.host == AWS
    assert entry.blocked == [caught.value]


def test_refuses_reverse_dns():
    """So is asking for the name of an address; that of loopback stays, servers ask for it when they bind."""
    with guard():
        with pytest.raises(NetworkBlocked) as caught:
            socket.gethostbyaddr("192.0.2.1")
        http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler).server_close()

    assert caught.value.host == "192.0.2.1"


def test_resolves_what_needs_no_resolver():
    """Addresses, and a server's own wildcard or loopback address, are no lookups."""
    with guard() as entry:
        socket.getaddrinfo("127.0.0.1", 80)
        socket.getaddrinfo(None, 80)
        socket.getaddrinfo("localhost", 0, flags=socket.AI_PASSIVE)

    assert entry.blocked == []


@pytest.mark.parametrize("listed", ["127.0.0.1", "127.0.0.1:{port}", "localhost", "localhost:{port}", "127.*", "*"])
def test_lets_a_listed_host_through(listed, listening):
    """A local test server is listed by address or name, with its port or without; a name allows its addresses."""
    with guard([listed.format(port=listening[1])]) as entry:
        connect(listening)

    assert entry.blocked == []


@pytest.mark.parametrize("listed", ["127.0.0.1:{other}", "localhost:{other}", "127.0.0.2", "*.amazonaws.com", "::1"])
def test_refuses_what_is_listed_otherwise(listed, listening):
    """Another port, address or domain than the listed one stays shut."""
    with guard([listed.format(other=listening[1] + 1 if listening[1] < 65535 else 1)]), pytest.raises(NetworkBlocked):
        connect(listening)


def test_an_address_looked_up_by_an_allowed_name_is_allowed(listening, monkeypatch):
    """The addresses that a pattern's host resolved to are reachable, without naming them."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", listening)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    with guard(["*.example.com"]):
        with pytest.raises(NetworkBlocked):
            connect(listening)
        socket.create_connection(("api.example.com", listening[1])).close()
        with pytest.raises(NetworkBlocked):
            socket.create_connection(("example.com", listening[1]))


def test_a_name_that_does_not_resolve_allows_nothing(listening, monkeypatch):
    """A listed host that is down is no reason for another error than the refusal."""

    def fail(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with guard(["nowhere.example"]), pytest.raises(NetworkBlocked):
        connect(listening)


def test_refuses_ipv6():
    """The other address family is no way out; its address is written as one lists it."""
    with socket.socket(socket.AF_INET6) as client, guard(), pytest.raises(NetworkBlocked) as caught:
        client.connect(("::1", 9, 0, 0))

    assert caught.value.host == "[::1]:9"


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_host():
    """``::ffff:127.0.0.1`` is refused and allowed as ``127.0.0.1``."""
    with socket.socket(socket.AF_INET6) as client, guard(), pytest.raises(NetworkBlocked) as caught:
        client.connect(("::ffff:127.0.0.1", 9, 0, 0))

    assert caught.value.host == "127.0.0.1:9"


def test_unix_sockets_pass(tmp_path):
    """Local services (Docker, a database) by socket file are no network."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        with guard() as entry:
            client.connect(path)

    assert entry.blocked == []


def test_other_address_families_are_refused():
    """What is neither local nor listed is refused, whatever it is."""
    if not hasattr(socket, "AF_VSOCK"):
        pytest.skip("this platform has no AF_VSOCK")
    try:
        client = socket.socket(socket.AF_VSOCK)
    except OSError:
        pytest.skip("this kernel has no AF_VSOCK")
    with client, guard(["*.example.com"]), pytest.raises(NetworkBlocked):
        client.connect((2, 9))


def test_mistakes_stay_the_sockets_own():
    """A wrong argument is the TypeError it always was, when the host is allowed."""
    with guard(["127.0.0.1"]), socket.socket() as client, pytest.raises(TypeError):
        client.connect(("127.0.0.1", "http"))


def test_a_refused_socket_is_closed(listening):
    """Libraries close their socket on network errors only; the refusal leaves none behind to warn about."""
    client = socket.socket()
    with guard(), pytest.raises(NetworkBlocked):
        client.connect(listening)

    assert client.fileno() == -1


def test_threads_are_covered(listening):
    """A thread started before the guard is guarded too."""
    go, outcome = threading.Event(), []

    def late():
        go.wait()
        try:
            connect(listening)
        except NetworkBlocked as error:
            outcome.append(error)

    thread = threading.Thread(target=late)
    thread.start()
    with guard() as entry:
        go.set()
        thread.join()

    assert entry.blocked == outcome
    assert len(outcome) == 1


def test_many_threads_are_all_refused(listening):
    """Nothing slips through while threads race with entries that come and go."""
    reached = []

    def attempt():
        for _ in range(50):
            with guard(), contextlib.suppress(NetworkBlocked):
                connect(listening)
                reached.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    with guard():
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert reached == []
    assert patched() == []


def test_urllib3_is_refused_at_once(listening):
    """urllib3 neither wraps nor retries the refusal."""
    with guard() as entry, urllib3.PoolManager(retries=3) as pool, pytest.raises(NetworkBlocked):
        pool.request("GET", "http://{}:{}/".format(*listening))

    assert len(entry.blocked) == 1


def test_tls_is_refused_before_the_handshake(listening):
    """A TLS socket connects through the guarded method as well."""
    context = ssl.create_default_context()
    client = context.wrap_socket(socket.socket(), server_hostname="localhost")

    with client, guard(), pytest.raises(NetworkBlocked):
        client.connect(listening)


def test_asyncio_is_refused(listening):
    """Event loops are guarded: streams by address, and names."""

    async def attempt(host: str, port: int) -> None:
        await asyncio.open_connection(host, port)

    with guard() as entry:
        for host, port in (listening, (AWS, 443)):
            with pytest.raises(NetworkBlocked):
                asyncio.run(attempt(host, port))

    assert [each.host for each in entry.blocked] == ["{}:{}".format(*listening), AWS]


def test_asyncio_reaches_a_listed_host(listening):
    """A listed host works from an event loop, and an event loop itself needs no listing."""

    async def attempt() -> bytes:
        reader, writer = await asyncio.open_connection("localhost", listening[1], family=socket.AF_INET)
        found = await reader.read()
        writer.close()
        await writer.wait_closed()
        return found

    with guard(["localhost"]):
        assert asyncio.run(attempt()) == b""


def test_swallowed_refusals_are_remembered(listening):
    """Code that catches everything does not hide that it tried."""
    with guard() as entry, contextlib.suppress(BaseException):
        connect(listening)

    assert [each.host for each in entry.blocked] == ["{}:{}".format(*listening)]


def test_the_innermost_entry_decides(listening):
    """A recording inside a guarded test may use the network, a guard inside a recording may not."""
    with guard() as outer:
        with allow() as recording:
            connect(listening)
            with guard() as inner, pytest.raises(NetworkBlocked):
                connect(listening)
            connect(listening)
        with pytest.raises(NetworkBlocked):
            connect(listening)

    assert [len(each.blocked) for each in (outer, recording, inner)] == [1, 0, 1]


def test_entries_leave_in_any_order(listening):
    """Fixtures of different scopes may close the outer entry first."""
    first, second = guard(), guard(["127.0.0.1"])
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    connect(listening)
    third = guard()
    third.__enter__()
    second.__exit__(None, None, None)
    with pytest.raises(NetworkBlocked):
        connect(listening)
    third.__exit__(None, None, None)

    assert patched() == []


def test_the_socket_module_is_left_as_it_was(listening):
    """After the last entry nothing of ours is left, after an exception too."""
    inside = []
    with contextlib.suppress(KeyError), guard():
        with guard():
            pass
        inside = patched()
        raise KeyError

    assert len(inside) == 8
    assert patched() == []
    connect(listening)


@pytest.fixture
def no_patch_left() -> Iterator[None]:
    """Take off what a test put on ``socket.socket``; monkeypatch would put our wrapper back."""
    yield
    del socket.socket.connect


@pytest.mark.usefixtures("no_patch_left")
def test_another_tools_patch_is_kept(listening):
    """A patch put on over ours while we guard is not torn off, and lets everything through afterwards."""
    with guard():
        theirs = functools.partialmethod(socket.socket.connect)
        socket.socket.connect = theirs
        with pytest.raises(NetworkBlocked):
            connect(listening)

    assert vars(socket.socket)["connect"] is theirs
    connect(listening)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", Listed("localhost", None)),
        ("API.Example.com.", Listed("api.example.com", None)),
        ("localhost:80", Listed("localhost", 80)),
        ("127.0.0.1:80", Listed("127.0.0.1", 80)),
        ("::1", Listed("::1", None)),
        ("[::1]", Listed("::1", None)),
        ("[0:0:0:0:0:0:0:1]:80", Listed("::1", 80)),
        ("*.example.com:443", Listed("*.example.com", 443)),
    ],
)
def test_reads_hosts_as_users_write_them(text, expected):
    """Each spelling of a host means what it says."""
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", ":80", "http://localhost", "localhost:http", "localhost:99999", "a:b:c", "a/b"])
def test_refuses_what_is_no_host(text):
    """A typing mistake in the list is an error when the guard starts, not a host that is never allowed."""
    with pytest.raises(UsageError) as caught, guard([text]):
        pass

    assert str(caught.value) == (
        f"cannot allow the host {text!r}: it is no host name or address, nor one with a port\n"
        "  fix: write it as 'localhost', '127.0.0.1:8080', '[::1]:8080' or '*.example.com'"
    )
