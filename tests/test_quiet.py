"""What is logged and raised while a recording is made."""

import logging
import threading
import traceback

import pytest

from bototape.capture.quiet import Quiet, discreet, quiet
from bototape.errors import LeakRefused, RecordingFailed
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms

ACCOUNT = "604913827755"
ESTATE = Estate(
    account=ACCOUNT,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/zorvane-sm-exec/dana.okafor",
    secret_access_key="fdWrQkD4/FmbWMdWE1Thbng" + "+OlRm+4M76aro55ef",
)


class Kept(logging.Handler):
    """A handler that keeps the records it is given."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture
def logger():
    """A logger of its own at DEBUG, and the records its handler got."""
    made = logging.getLogger("zorvane.test")
    handler = Kept()
    made.addHandler(handler)
    made.setLevel(logging.DEBUG)
    made.propagate = False
    yield made, handler.records
    made.removeHandler(handler)


def told(one):
    one.knows(ESTATE, (ACCOUNT, "zorvane-sm-exec"), Pseudonyms(b"a key for tests", {}))
    return one


def test_a_message_is_scrubbed_before_any_handler_sees_it(logger):
    """Arguments are part of the message, and none is left on the record."""
    log, records = logger
    with quiet() as one:
        told(one)
        log.debug("Response body:\n%s", f'{{"RoleArn":"arn:aws:iam::{ACCOUNT}:role/zorvane-sm-exec"}}'.encode())

    record = records[0]
    assert record.getMessage() == ('Response body:\nb\'{"RoleArn":"arn:aws:iam::123456789012:role/example-role-1"}\'')
    assert (record.args, record.levelno, record.name) == (None, logging.DEBUG, "zorvane.test")


def test_a_filter_sees_the_clean_record_too(logger):
    """Filters send records away, to services that collect errors."""
    log, _ = logger
    seen = []
    log.addFilter(lambda record: seen.append(record.getMessage()) or True)
    with quiet() as one:
        told(one)
        log.info("account %s", ACCOUNT)

    assert seen == ["account 123456789012"]


def test_an_exception_is_text(logger):
    """Handlers that show local variables have no exception to take them from."""
    log, records = logger
    with quiet() as one:
        told(one)
        try:
            int(f"no account {ACCOUNT}")
        except ValueError:
            log.exception("failed")

    record = records[0]
    assert record.exc_info is None
    assert record.getMessage().splitlines()[-1] == (
        "ValueError: invalid literal for int() with base 10: 'no account 123456789012'"
    )


def test_what_came_with_the_record_is_scrubbed(logger):
    """``extra`` values stand beside the message; numbers stay numbers."""
    log, records = logger
    with quiet() as one:
        told(one)
        log.info("x", extra={"owner": {"id": ACCOUNT}, "seconds": 1.5})

    assert (records[0].owner, records[0].seconds) == ("{'id': '123456789012'}", 1.5)


def test_before_the_account_is_known_nothing_is_shown(logger):
    """The answer that says who is recording is logged as well."""
    log, records = logger
    with quiet():
        log.debug("%s", ACCOUNT)

    assert records[0].getMessage() == "(withheld: it is not known yet whose account is recorded)"


@pytest.mark.parametrize("name", ["botocore.auth", "botocore.credentials", "botocore.tokens"])
def test_loggers_of_secrets_are_silent(name, caplog):
    """Signatures in pieces have no form that could be found."""
    caplog.set_level(logging.DEBUG)
    with quiet() as one:
        told(one)
        logging.getLogger(name).debug("Signature:\n%s", "7f" * 32)

    assert caplog.messages == ["(withheld: it may show secrets)"]


def test_what_the_scrubber_misses_is_withheld(logger, monkeypatch):
    """A message is audited like a cassette."""
    log, records = logger
    monkeypatch.setattr("bototape.capture.quiet.find", lambda *_: ())
    with quiet() as one:
        told(one)
        log.info("account %s", ACCOUNT)

    assert records[0].getMessage() == "(withheld: 1 identifiers are left in it)"


def test_a_message_that_cannot_be_scrubbed_is_withheld(logger, monkeypatch):
    """A fault of ours neither shows a value nor stops the recording."""
    log, records = logger

    def broken(*_):
        raise IndexError(ACCOUNT)

    monkeypatch.setattr("bototape.capture.quiet.find", broken)
    with quiet() as one:
        told(one)
        log.info("account %s", ACCOUNT)
        log.info("x" * 1_000_001)

    assert [each.getMessage() for each in records] == [
        "(withheld: IndexError while it was scrubbed)",
        "(withheld: 1000001 characters)",
    ]


def test_a_message_whose_arguments_do_not_fit(logger):
    """A mistake in somebody's logging call is no reason to fail, nor to show the arguments."""
    log, records = logger
    with quiet() as one:
        told(one)
        log.info("one %s two %s", ACCOUNT)  # noqa: PLE1206 - the mistake this is about

    assert records[0].getMessage() == "'one %s two %s' (its arguments do not fit)"


def test_afterwards_logging_is_as_it_was(logger):
    """Whatever way the block ends, and in whatever order those of two threads end."""
    log, records = logger
    original = logging.Logger.handle
    first, second = quiet(), quiet()
    told(first.__enter__())
    told(second.__enter__())
    first.__exit__(None, None, None)
    log.info("%s", ACCOUNT)
    second.__exit__(None, None, None)
    log.info("%s", ACCOUNT)

    assert logging.Logger.handle is original
    assert [each.getMessage() for each in records] == ["123456789012", ACCOUNT]


def test_other_threads_are_quiet_too(logger):
    """A thread of botocore's transfer manager logs as well."""
    log, records = logger
    with quiet() as one:
        told(one)
        thread = threading.Thread(target=lambda: log.info("%s", ACCOUNT))
        thread.start()
        thread.join()

    assert records[0].getMessage() == "123456789012"


def test_numbers_of_the_log_are_its_own():
    """Whether somebody logs must not change what is recorded."""
    own = Pseudonyms(b"a key for tests", {})
    one = Quiet()
    one.knows(ESTATE, (), Pseudonyms(b"a key for tests", {}))

    assert one.text(f"arn:aws:iam::{ACCOUNT}:role/other") == "arn:aws:iam::123456789012:role/example-role-1"
    assert own.counts == {}


def raised(error):
    """Return what gets out when *error* is raised over another one."""

    def fail():
        secret = ACCOUNT
        try:
            int(f"x{secret}")
        except ValueError:
            raise error  # noqa: B904 - its context is what this is about

    with pytest.raises((RecordingFailed, LeakRefused)) as caught:
        discreet("job.yaml", fail)
    return caught.value


def test_an_error_on_purpose_leaves_alone():
    """Its cause quotes the answer, and its frames hold it."""
    error = raised(LeakRefused("job.yaml", ("place: kind",)))

    assert str(error).startswith("cannot write cassette job.yaml")
    assert (error.__cause__, error.__context__, error.__suppress_context__) == (None, None, True)
    assert ACCOUNT not in shown(error)


def test_a_crash_names_its_places_only():
    """The text of an unexpected error may quote what was recorded; where it came from is in the code."""
    error = raised(ValueError(f"bad {ACCOUNT}"))

    assert str(error).startswith("cannot record job.yaml: unexpectedly: ValueError at tests/test_quiet.py:")
    assert (error.__cause__, error.__context__) == (None, None)
    assert ACCOUNT not in shown(error)


def shown(error):
    """Return *error* as a reporter with local variables prints it, without this test's own frames."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    for each in whole.stack:
        if each.filename == __file__ and each.locals:
            each.locals.clear()
    return "".join(whole.format())
