"""On the virtual clock the code under test does not wait, its deadlines hold, and everything else keeps its time."""

import asyncio
import contextlib
import functools
import inspect
import socket
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor
from time import monotonic as imported_monotonic
from time import sleep as imported_sleep

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape import EndlessPoll, UsageError, use_cassette
from bototape.clock import VirtualClock
from tests.builders import describe, interaction, written

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
REAL = {
    name: getattr(time, name)
    for name in ("sleep", "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
}
REAL_ASYNC = asyncio.sleep
REAL_WAIT = threading.Event.wait


def defaulted(seconds, pause=time.sleep, *, now=time.monotonic):
    """Sleep as code does that lets a test hand in the pause."""
    start = now()
    pause(seconds)
    return now() - start


class Poller:
    """A class with a default of its own."""

    def wait(self, pause=time.sleep):
        pause(30)


@pytest.fixture
def tape(tmp_path):
    """A tape on the virtual clock."""
    with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual") as opened:
        yield opened


@pytest.fixture
def patient(monkeypatch):
    """A real sleep of more than a moment is a failure, whoever asks for it."""

    def refuse(seconds):
        if seconds > 0.1:
            raise AssertionError(f"slept {seconds} s")

    monkeypatch.setattr("bototape.clock.patches._sleep", refuse)


@pytest.mark.usefixtures("patient")
def test_sleeping_takes_no_time_and_is_told(tape):
    """What would have been slept is on the tape, in order."""
    time.sleep(30)
    imported_sleep(2.5)
    assert tape.pauses == [30, 2.5]
    assert tape.sleeps == [30, 2.5]


@pytest.mark.parametrize("name", ["time", "monotonic", "perf_counter"])
@pytest.mark.usefixtures("patient", "tape")
def test_the_clocks_move_on_by_what_was_slept(name):
    """A deadline of the code under test comes as if it had slept, on each clock, in seconds and nanoseconds."""
    fine = f"{name}_ns"
    start, start_ns = getattr(time, name)(), getattr(time, fine)()

    time.sleep(90)
    assert 90 <= getattr(time, name)() - start < 100
    assert 90e9 <= getattr(time, fine)() - start_ns < 100e9


@pytest.mark.usefixtures("patient", "tape")
def test_a_deadline_ends_a_loop():
    """``while monotonic() < end`` ends after as many sleeps as fit."""
    end, polls = imported_monotonic() + 600, 0

    while imported_monotonic() < end:
        polls += 1
        imported_sleep(30)
    assert polls == 20


@pytest.mark.usefixtures("patient")
def test_defaults_of_functions_and_methods_are_found(tape):
    """``pause=time.sleep`` was bound long before the tape opened."""
    assert 30 <= defaulted(30) < 40
    Poller().wait()
    assert tape.sleeps == [30, 30]


def references():
    """Return what this module holds and the standard library has."""
    return (
        {name: getattr(time, name) for name in REAL},
        asyncio.sleep,
        threading.Event.wait,
        imported_sleep,
        imported_monotonic,
        defaulted.__defaults__,
        defaulted.__kwdefaults__,
        Poller.wait.__defaults__,
    )


def test_everything_is_put_back(tmp_path):
    """After the tape, an exception included, every function is the one it was, in every module."""
    before = references()

    def fail():
        with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual"):
            assert references() != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert references() == before == (REAL, REAL_ASYNC, REAL_WAIT, *before[3:])


def test_a_module_loaded_meanwhile_gets_the_originals_back(tape, monkeypatch):
    """Whatever copies a function while a tape is open holds the real one afterwards."""
    late = types.ModuleType("late_module")
    late.sleep = time.sleep
    monkeypatch.setitem(sys.modules, "late_module", late)
    with use_cassette(tape.path, clock="virtual"):
        pass
    assert late.sleep is time.sleep
    assert late.sleep is not REAL["sleep"]


def test_modules_loaded_meanwhile_are_cleared_at_the_end(tmp_path, monkeypatch):
    """The same, after the last tape."""
    late = types.ModuleType("late_module")
    monkeypatch.setitem(sys.modules, "late_module", late)
    with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual"):
        late.sleep = time.sleep
    assert late.sleep is REAL["sleep"]


def test_what_something_else_replaced_is_left_alone(tmp_path, monkeypatch):
    """A test's own stand-in for ``time.sleep`` stays in force, and stays afterwards."""
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    own = time.sleep

    with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual") as tape:
        time.sleep(5)
    assert (slept, tape.sleeps, time.sleep) == ([5], [], own)


def test_without_the_clock_nothing_is_patched(tmp_path):
    """The clock is asked for, never given."""
    with use_cassette(written(tmp_path, describe("a", repeat=True))):
        assert time.sleep is REAL["sleep"]
        assert asyncio.sleep is REAL_ASYNC


def test_the_standard_library_and_servers_sleep_really(tape):
    """A sleep from a module of the standard library or of the test's own machinery takes its time."""
    infrastructure = types.FunctionType(
        compile("import time\ntime.sleep(0.02)", "moto.py", "exec"), {"__name__": "moto.server"}
    )
    start = REAL["monotonic"]()

    infrastructure()
    assert REAL["monotonic"]() - start >= 0.02
    assert tape.sleeps == []


def test_what_sleep_refuses_it_refuses(tape):
    """Wrong arguments raise what ``time.sleep`` raises."""
    for wrong in (-1, float("nan"), "1", None):
        with pytest.raises((ValueError, TypeError)):
            time.sleep(wrong)
    assert tape.sleeps == []


def test_an_event_nobody_can_set_times_out_at_once(tape):
    """``stop.wait(30)`` as a pause takes no time where no other thread is alive."""
    if threading.active_count() > 1:
        pytest.skip("something else runs a thread in this process")
    assert threading.Event().wait(30) is False
    assert tape.sleeps == [30]


def test_an_event_that_a_thread_sets_is_waited_for(tape):
    """A wait for another thread is real: it does not time out before that thread had its time."""
    event = threading.Event()
    thread = threading.Thread(target=lambda: (REAL["sleep"](0.05), event.set()))
    thread.start()

    assert event.wait(30) is True
    thread.join()
    assert tape.sleeps == []


@pytest.mark.usefixtures("patient")
def test_threads_sleep_side_by_side(tape):
    """Eight threads that poll for 600 s each make their twenty polls, not what the others left them."""

    def poll(_):
        end, polls = time.monotonic() + 600, 0
        while time.monotonic() < end:
            polls += 1
            time.sleep(30)
        return polls

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(poll, range(8))) == [20] * 8
    assert tape.sleeps == [30] * 160


def test_threads_from_before_keep_real_time(tmp_path):
    """A background thread that was there before the tape does not spin."""
    go, told = threading.Event(), []

    def background():
        go.wait()
        start = REAL["monotonic"]()
        time.sleep(0.05)
        told.append(REAL["monotonic"]() - start)

    thread = threading.Thread(target=background)
    thread.start()
    with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual") as tape:
        go.set()
        thread.join()
    assert told[0] >= 0.05
    assert tape.sleeps == []


def test_nested_tapes_go_by_one_clock(tape):
    """Time does not go back when an inner tape closes; the inner one is told what was slept in it."""
    time.sleep(10)
    start = time.monotonic()
    with use_cassette(tape.path) as inner:
        time.sleep(20)
        with use_cassette(tape.path, clock="virtual"):
            time.sleep(40)
    assert inner.sleeps == [20]
    assert 60 <= time.monotonic() - start < 70
    time.sleep(1)
    assert tape.sleeps == [10, 1]


def test_tapes_may_close_in_any_order(tape):
    """The outer tape's end does not take the clock away from the inner one."""
    first = use_cassette(tape.path, clock="virtual")
    second = use_cassette(tape.path, clock="virtual")
    first.__enter__()
    inner = second.__enter__()
    first.__exit__(None, None, None)
    time.sleep(30)
    second.__exit__(None, None, None)
    assert inner.sleeps == [30]


@pytest.mark.usefixtures("patient")
def test_botocores_own_pauses_move_the_clock(tmp_path):
    """A waiter's polls count against the deadline of the code around it."""

    def endpoint(status):
        return interaction("DescribeEndpoint", {"EndpointName": "e"}, {"EndpointStatus": status})

    path = written(tmp_path, endpoint("Creating"), endpoint("Creating"), endpoint("InService"))
    with use_cassette(path, clock="virtual") as tape:
        start = time.monotonic()
        client().get_waiter("endpoint_in_service").wait(EndpointName="e")
        assert 60 <= time.monotonic() - start < 75
    assert (tape.pauses, tape.sleeps) == ([30, 30], [])


def test_another_clock_may_follow(tape):
    """What fakes the date is told of each pause, botocore's as well."""
    told = []
    tape.on_sleep(told.append)
    time.sleep(30)
    tape.slept(5)
    assert told == [30, 5]


def test_another_clock_is_refused(tmp_path):
    """A spelling mistake is no clock."""
    with pytest.raises(UsageError, match="no clock 'virtaul'"):
        use_cassette(tmp_path / "a.yaml", clock="virtaul")


@given(st.lists(st.floats(0, 1e6)))
def test_a_clock_is_the_sum_of_its_sleeps(durations):
    """It never goes back, and ends ahead by all that was slept, to the nanosecond each."""
    clock, seen = VirtualClock(), [0]
    told = []
    clock.listen(told.append)
    for each in durations:
        clock.sleep(each)
        seen.append(clock.ahead())
    assert seen == sorted(seen)
    assert clock.ahead() == sum(round(each * 1e9) for each in durations)
    assert told == durations


def test_a_thread_sees_its_own_time():
    """A thread that has looked is not moved by others; one that looks later starts at the latest time."""
    clock = VirtualClock()
    assert clock.ahead() == 0
    for seconds in (30, 5):
        thread = threading.Thread(target=clock.advance, args=(seconds,))
        thread.start()
        thread.join()
    assert clock.ahead() == 0
    assert clock.latest() == 35


class TestAsyncio:
    """Event loops."""

    def test_a_sleep_takes_no_time(self, tape):
        """An hour passes at once, on the loop's clock as well."""

        async def main():
            loop = asyncio.get_running_loop()
            start, mine = loop.time(), time.monotonic()
            assert await asyncio.sleep(3600, "done") == "done"
            return loop.time() - start, time.monotonic() - mine

        loops, mine = asyncio.run(main())
        assert 3600 <= loops < 3610
        assert 3600 <= mine < 3610
        assert sum(tape.sleeps) == pytest.approx(3600, abs=1)

    @pytest.mark.usefixtures("tape")
    def test_tasks_take_turns_as_they_would(self):
        """Sleeps of several tasks end in the order of their times; side by side they are as long as the longest."""

        async def worker(name, pause, order):
            for _ in range(3):
                await asyncio.sleep(pause)
                order.append(name)

        async def main():
            order, start = [], time.monotonic()
            await asyncio.gather(worker("slow", 31, order), worker("fast", 10, order))
            return order, time.monotonic() - start

        order, took = asyncio.run(main())
        assert order == ["fast", "fast", "fast", "slow", "slow", "slow"]
        assert 93 <= took < 95

    @pytest.mark.usefixtures("tape")
    def test_timeouts_end_when_they_should(self):
        """``asyncio.timeout`` and ``wait_for`` stop a poll after as many virtual seconds."""

        async def poll(count):
            while True:
                count.append(1)
                await asyncio.sleep(30)

        async def main():
            first, second = [], []
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(100):
                    await poll(first)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(poll(second), 70)
            return len(first), len(second)

        assert asyncio.run(main()) == (4, 3)

    def test_work_in_threads_is_waited_for(self, tape):
        """A timeout around work of a thread is real, also while another task sleeps virtually."""

        async def heart(beats):
            while True:
                beats.append(1)
                await asyncio.sleep(0.02)

        async def main():
            beats = []
            task = asyncio.create_task(heart(beats))
            await asyncio.sleep(0)
            found = await asyncio.wait_for(asyncio.to_thread(lambda: REAL["sleep"](0.1) or "worked"), 5)
            task.cancel()
            return found, len(beats)

        found, beats = asyncio.run(main())
        assert found == "worked"
        assert beats < 20
        assert sum(tape.sleeps) < 1

    def test_without_a_sleep_of_the_users_a_loop_waits(self, tape):
        """A loop that waits for another thread alone does not jump to its timeout."""

        async def main():
            await asyncio.sleep(1)
            loop, event = asyncio.get_running_loop(), asyncio.Event()
            threading.Timer(0.05, loop.call_soon_threadsafe, (event.set,)).start()
            return await asyncio.wait_for(event.wait(), 20)

        assert asyncio.run(main()) is True
        assert sum(tape.sleeps) == pytest.approx(1, abs=0.1)

    def test_connections_are_given_a_moment(self, tape):
        """What a peer on loopback answers soon arrives before a sleep ends."""

        def answer(server):
            peer, _ = server.accept()
            with peer:
                peer.recv(10)
                REAL["sleep"](0.002)
                peer.sendall(b"hello")

        async def main(port):
            order = []

            async def ask():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"hello")
                order.append(await reader.read(10))
                writer.close()

            async def nap():
                await asyncio.sleep(5)
                order.append("slept")

            await asyncio.gather(ask(), nap())
            return order

        with use_cassette(tape.path, allowed_hosts=["127.0.0.1"]), socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=answer, args=(server,))
            thread.start()
            assert asyncio.run(main(server.getsockname()[1])) == [b"hello", "slept"]
            thread.join()

    def test_a_loop_outlives_the_tape(self, tmp_path):
        """A loop that was ahead stays ahead by as much, and waits really again."""
        loop = asyncio.new_event_loop()
        with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual"):
            loop.run_until_complete(asyncio.sleep(50))
            before = loop.time()
        ahead = loop.time() - REAL["monotonic"]()
        start = REAL["monotonic"]()
        loop.run_until_complete(asyncio.sleep(0.02))
        loop.close()
        assert before <= ahead + start
        assert REAL["monotonic"]() - start >= 0.02

    @pytest.mark.usefixtures("tape")
    def test_it_still_is_a_coroutine_function(self):
        """Code that asks gets the same answer as without the clock."""
        assert (
            asyncio.iscoroutinefunction(asyncio.sleep)
            if sys.version_info < (3, 12)
            else inspect.iscoroutinefunction(asyncio.sleep)
        )

    def test_blocking_sleeps_move_the_loop(self, tape):
        """``time.sleep`` in a coroutine blocks the loop for as long: its timers are due after it."""

        async def main():
            await asyncio.sleep(1)
            loop = asyncio.get_running_loop()
            start = loop.time()
            time.sleep(40)  # noqa: ASYNC251 - the mistake is the point
            return loop.time() - start

        assert 40 <= asyncio.run(main()) < 50
        assert sum(tape.sleeps) == pytest.approx(41, abs=1)


FIX = (
    "record until the state that the code waits for, end its loop at this one too, or let its own deadline pass first; "
    "poll_limit=N allows more polls"
)


def poll(sagemaker, pause=30):
    while sagemaker.describe_auto_ml_job(AutoMLJobName="a")["AutoMLJobStatus"] != "Failed":
        time.sleep(pause)


@functools.cache
def client():
    return boto3.session.Session().client("sagemaker", region_name="us-east-1", **KEYS)


def test_an_endless_poll_fails(tmp_path):
    """A loop that waits for what was not recorded ends with the operation, how often, how long, the state and a fix."""
    path = written(tmp_path, describe("a", "InProgress"), describe("a", "Completed", repeat=True))
    with pytest.raises(EndlessPoll) as caught, use_cassette(path, clock="virtual", poll_limit=100) as tape:
        poll(client())
    assert str(caught.value).splitlines() == [
        "cannot go on with sagemaker.DescribeAutoMLJob: it is polled without end",
        "  test: tests/test_clock.py::test_an_endless_poll_fails",
        f"  cassette: {path}",
        "  recording #2 is the last of this call and repeats; it was asked again 101 times in 3030 s of virtual time",
        "  its answer says AutoMLJobStatus = 'Completed'",
        f"  fix: {FIX}",
    ]
    assert len(tape.sleeps) == 102


def test_an_endless_poll_that_is_swallowed_fails_at_the_end(tmp_path):
    """``except Exception`` around the loop does not make the test green."""
    path = written(tmp_path, describe("a", repeat=True))

    def swallow():
        with use_cassette(path, clock="virtual", poll_limit=10), contextlib.suppress(Exception):
            poll(client())

    with pytest.raises(EndlessPoll):
        swallow()


def test_an_endless_loop_without_the_clock_fails(tmp_path):
    """A loop whose pause is injected, or that has none, ends as well, after ten times as many calls."""
    path = written(tmp_path, describe("a", repeat=True))
    with pytest.raises(EndlessPoll, match="101 times in a row"), use_cassette(path, poll_limit=10):
        poll(client(), 0)


def test_a_deadline_of_the_codes_own_comes_first(tmp_path):
    """Code that gives up after four hours of five-minute polls does so; that is no endless poll."""
    with use_cassette(written(tmp_path, describe("a", repeat=True)), clock="virtual") as tape:
        sagemaker, end = client(), time.monotonic() + 4 * 3600
        while time.monotonic() < end:
            sagemaker.describe_auto_ml_job(AutoMLJobName="a")
            time.sleep(300)
    assert tape.play_count == 48


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "10"])
def test_a_limit_is_a_number(tmp_path, wrong):
    """Anything but a whole number, 1 or more, is refused."""
    with pytest.raises(UsageError, match="is no number of polls"):
        use_cassette(tmp_path / "a.yaml", poll_limit=wrong)
