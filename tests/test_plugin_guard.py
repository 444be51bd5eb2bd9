"""The network guard of a test, with and without a cassette."""

import pytest

from tests.builders import describe, written

HEAD = """
import boto3, pytest, socket
from bototape import NetworkBlocked

@pytest.fixture(scope="module")
def server():
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening.getsockname()
    listening.close()

def reach(server):
    socket.create_connection(server).close()
"""


@pytest.fixture
def suite(pytester):
    """A directory with a cassette named ``job``; call it with a test file's text to run it in a new process."""
    written(pytester.path / "cassettes", describe("a"), name="job.yaml")

    def run(text, *options):
        pytester.makepyfile(test_it=HEAD + text)
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *options)

    return run


def test_a_marker_guards_a_test_and_its_fixtures(suite):
    """By address, host and port, or name; the refused host is named; a test about it says so."""
    result = suite(
        """
@pytest.mark.bototape_block_network
def test_refused(server):
    reach(server)

@pytest.mark.bototape_block_network(allowed_hosts=["localhost"])
def test_allowed(server):
    reach(("localhost", server[1]))

@pytest.mark.bototape_block_network
def test_about_it(server, bototape_network):
    with pytest.raises(NetworkBlocked):
        reach(server)
    assert [each.host for each in bototape_network.blocked] == ["127.0.0.1:%s" % server[1]]
    bototape_network.blocked.clear()

@pytest.fixture
def reaching(server):
    reach(server)

@pytest.mark.bototape_block_network
def test_fixture(reaching):
    pass

@pytest.fixture
def leaving(server):
    yield
    try:
        reach(server)
    except AssertionError:
        pass

@pytest.mark.bototape_block_network
def test_teardown(leaving):
    pass

@pytest.mark.bototape("job", unused="ignore")
@pytest.mark.bototape_block_network(allowed_hosts=["127.0.0.1"])
def test_cassette(server):
    reach(server)

@pytest.mark.bototape_block_network(hosts=["127.0.0.1"])
def test_wrong(server):
    pass

def test_unmarked(server):
    reach(server)
"""
    )

    result.assert_outcomes(passed=5, failed=1, errors=3)
    result.stdout.fnmatch_lines(
        [
            "E *@pytest.mark.bototape_block_network takes allowed_hosts=*",
            "E *fix: did you mean allowed_hosts?",
            "E *cannot connect to 127.0.0.1:*: the network is guarded in this test",
        ]
    )


@pytest.mark.slow
def test_a_setting_guards_every_test(suite, pytester):
    """The setting yields to a marker; the command line does not."""
    pytester.makeini("[pytest]\nbototape_block_network = true\n")
    text = """
def test_refused(server):
    reach(server)

@pytest.mark.bototape_block_network(enabled=False)
def test_marked(server):
    reach(server)
"""
    suite(text).assert_outcomes(passed=1, failed=1)
    suite(text, "--bototape-block-network").assert_outcomes(failed=2)
    suite(text, "--bototape-block-network", "--bototape-allowed-hosts=127.0.0.1,::1").assert_outcomes(passed=2)


@pytest.mark.slow
def test_event_loops_and_workers_run_guarded(suite):
    """asyncio's own sockets and pytest-xdist's pipes lead nowhere else."""
    result = suite(
        """
import asyncio

def test_loop():
    asyncio.run(asyncio.sleep(0))

def test_other():
    pass
""",
        "--bototape-block-network",
        "-n2",
    )

    result.assert_outcomes(passed=2)
