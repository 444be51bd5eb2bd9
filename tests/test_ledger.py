import hashlib
import hmac
import json
import os
import threading

import pytest

from bototape import ledger
from bototape.errors import LedgerUnusable, UsageError

A = {"0123456789abcdef": "123456789012", "ff00000000000000": "example-role-1"}
B = {"aaaaaaaaaaaaaaaa": "example-role-2"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's configuration directory of its own, and no key in the environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(ledger.VARIABLE, raising=False)
    return tmp_path


def test_a_missing_ledger_is_empty(tmp_path):
    """The first recording of a project needs no ledger."""
    assert ledger.load(tmp_path / "ledger.json") == {}


def test_what_was_saved_is_loaded(tmp_path):
    """An entry comes back as it was saved."""
    path = tmp_path / "cassettes" / "ledger.json"

    ledger.save(path, A)

    assert ledger.load(path) == A


def test_the_file_is_sorted_one_entry_a_line(tmp_path):
    """Two branches that add entries merge line by line."""
    path = tmp_path / "ledger.json"

    ledger.save(path, dict(reversed(A.items())))
    ledger.save(path, B)

    assert path.read_text() == (
        '{\n  "format": 1,\n  "pseudonyms": {\n'
        '    "0123456789abcdef": "123456789012",\n'
        '    "aaaaaaaaaaaaaaaa": "example-role-2",\n'
        '    "ff00000000000000": "example-role-1"\n  }\n}\n'
    )


def test_nothing_new_leaves_the_file_alone(tmp_path):
    """A second recording of the same values makes no diff and does not even touch the file."""
    path = tmp_path / "ledger.json"
    ledger.save(path, A)
    before = path.stat().st_mtime_ns, path.stat().st_ino

    ledger.save(path, {"ff00000000000000": "example-role-1"})

    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_saving_leaves_no_other_file(tmp_path):
    """The new ledger takes the old one's place at once."""
    ledger.save(tmp_path / "ledger.json", A)

    assert [each.name for each in tmp_path.iterdir()] == ["ledger.json"]


def test_one_pseudonym_for_two_values_is_refused(tmp_path):
    """Two people who recorded apart are told what to do, and the ledger stays as it was."""
    path = tmp_path / "ledger.json"
    ledger.save(path, A)
    before = path.read_bytes()

    with pytest.raises(LedgerUnusable) as caught:
        ledger.save(path, {"bbbbbbbbbbbbbbbb": "example-role-1"})

    assert path.read_bytes() == before
    assert str(caught.value) == (
        f"cannot use ledger {path}: 'example-role-1' stands for two values, bbbbbbbbbbbbbbbb and ff00000000000000\n"
        "  fix: two recordings were made apart: keep the ledger's entry, and record the newer cassette again, "
        "so that it takes the next free pseudonym"
    )


def test_another_pseudonym_for_a_known_value_is_refused(tmp_path):
    """A value keeps the pseudonym that committed cassettes have for it."""
    path = tmp_path / "ledger.json"
    ledger.save(path, A)

    with pytest.raises(LedgerUnusable, match="is 'example-role-1' there and 'example-role-9' here"):
        ledger.save(path, {"ff00000000000000": "example-role-9"})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"\xff", "it is not UTF-8 text"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it is not a ledger of format 1"),
        (b'{"format": 2, "pseudonyms": {}}', "it is not a ledger of format 1"),
        (b'{"format": 1, "pseudonyms": []}', "it is not a ledger of format 1"),
        (b'{"format": 1, "pseudonyms": {"x": "y"}}', "entry 'x' is not 16 hex digits and a pseudonym"),
        (b'{"format": 1, "pseudonyms": {"0123456789abcdef": 1}}', "is not 16 hex digits and a pseudonym"),
        (
            b'{"format": 1, "pseudonyms": {"0123456789abcdef": "a", "0123456789abcdef": "b"}}',
            "an entry is in it twice",
        ),
        (
            b'{"format": 1, "pseudonyms": {"0123456789abcdef": "a", "1123456789abcdef": "a"}}',
            "'a' stands for two values",
        ),
        (b'<<<<<<< ours\n{"format": 1, "pseudonyms": {}}\n', "it is not JSON"),
    ],
)
def test_a_corrupt_ledger_is_an_error_and_stays(tmp_path, content, reason):
    """A ledger that cannot be read is neither taken for an empty one nor overwritten."""
    path = tmp_path / "ledger.json"
    path.write_bytes(content)

    with pytest.raises(LedgerUnusable, match=reason):
        ledger.load(path)
    with pytest.raises(LedgerUnusable, match=reason):
        ledger.save(path, A)

    assert path.read_bytes() == content


def test_a_directory_in_the_ledgers_place_is_an_error(tmp_path):
    """What cannot be opened is not missing."""
    with pytest.raises(LedgerUnusable, match="cannot use ledger"):
        ledger.load(tmp_path)


def test_the_environment_s_key_comes_first(home, monkeypatch):
    """A team shares its key as a secret of the build."""
    monkeypatch.setenv(ledger.VARIABLE, "correct horse battery")

    assert ledger.key() == b"correct horse battery"
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_a_short_key_in_the_environment_is_refused(monkeypatch):
    """A key that can be guessed would give the accounts away; it is not repeated in the message."""
    monkeypatch.setenv(ledger.VARIABLE, "hunter2")

    with pytest.raises(UsageError) as caught:
        ledger.key()

    assert "fewer than 16 characters" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_key_is_made_once(home):
    """The first recording makes a key that only its owner may read; later ones use it."""
    first = ledger.key()
    path = home / "bototape" / "scrub.key"

    assert ledger.key() == first
    assert len(first) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["scrub.key"]


def test_two_processes_at_once_agree_on_the_key(home):
    """Whoever is first makes the key; nobody uses one that was thrown away."""
    found = []
    start = threading.Barrier(8)

    def ask():
        start.wait()
        found.append(ledger.key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == [(home / "bototape" / "scrub.key").read_bytes().strip()] * 8


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(home, mode):
    """A key file with open permissions is not used; the message has the command that closes it."""
    ledger.key()
    path = home / "bototape" / "scrub.key"
    path.chmod(mode)

    with pytest.raises(UsageError) as caught:
        ledger.key()

    assert str(caught.value) == f"cannot use the scrub key {path}: others may read it\n  fix: chmod 600 {path}"


@pytest.mark.parametrize("content", [b"", b"short\n", b"x" * 64])
def test_a_damaged_key_is_an_error_and_stays(home, content):
    """A key that was cut off is not replaced behind the user's back: that would renumber everything."""
    ledger.key()
    path = home / "bototape" / "scrub.key"
    path.write_bytes(content)

    with pytest.raises(UsageError, match="does not hold 64 hex digits"):
        ledger.key()

    assert path.read_bytes() == content


def test_the_environment_s_key_may_end_in_a_new_line(monkeypatch):
    """Secret stores add one; it would make every value a stranger."""
    monkeypatch.setenv(ledger.VARIABLE, " correct horse battery\n")

    assert ledger.key() == b"correct horse battery"


def test_a_key_file_may_be_shared_as_the_variable(home, monkeypatch):
    """The first of a team to record gives the text of the key file to the others."""
    own = ledger.key()
    monkeypatch.setenv(ledger.VARIABLE, (home / "bototape" / "scrub.key").read_text())

    assert ledger.key() == own


def test_a_ledger_tells_which_keys_made_it(tmp_path):
    """So that a lost key can be told from new values; the mark is not the key, and a ledger without it is read."""
    path = tmp_path / "ledger.json"
    mine, theirs = ledger.own_mark(b"correct horse battery"), ledger.own_mark(b"another key of a team")

    ledger.save(path, A)
    assert ledger.marks(path) == ()
    ledger.save(path, B, theirs)
    ledger.save(path, {"c" * 16: "example-role-3"}, mine)
    ledger.save(path, {"d" * 16: "example-role-4"}, mine)

    assert ledger.marks(path) == tuple(sorted([mine, theirs]))
    assert "horse" not in path.read_text()
    assert (mine, len(mine)) == (
        hmac.new(b"correct horse battery", b"bototape ledger", hashlib.sha256).hexdigest()[:16],
        16,
    )


@pytest.mark.parametrize("keys", ['"x"', '["x"]', "[1]", "{}"])
def test_marks_that_are_none_are_refused(tmp_path, keys):
    """A damaged ledger is not overwritten."""
    path = tmp_path / "ledger.json"
    path.write_text(f'{{"format": 1, "keys": {keys}, "pseudonyms": {{}}}}')

    with pytest.raises(LedgerUnusable, match="its keys are not marks of 16 hex digits"):
        ledger.save(path, A)


def test_one_recording_at_a_time_holds_the_ledger(tmp_path):
    """Whoever comes second waits, and sees what the first one wrote; nothing is left behind."""
    path = tmp_path / "new" / "ledger.json"
    seen, ready = [], threading.Event()

    def second():
        ready.set()
        with ledger.locked(path):
            seen.append(ledger.load(path))

    with ledger.locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        ready.wait()
        thread.join(0.1)
        ledger.save(path, A)
    thread.join()

    assert seen == [A]
    assert [each.name for each in path.parent.iterdir()] == ["ledger.json"]


@pytest.mark.parametrize("before", [None, A], ids=["new", "old"])
def test_a_ledger_is_put_back_when_its_cassette_fails(tmp_path, before):
    """It would remember pseudonyms that are nowhere."""
    path = tmp_path / "ledger.json"
    if before:
        ledger.save(path, before)
    old = path.read_bytes() if before else None

    def fail():
        with ledger.restored(path):
            ledger.save(path, B)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert (path.read_bytes() if path.exists() else None) == old


def test_a_ledger_stays_when_its_cassette_was_written(tmp_path):
    """Without a failure nothing is put back."""
    with ledger.restored(tmp_path / "ledger.json"):
        ledger.save(tmp_path / "ledger.json", B)

    assert ledger.load(tmp_path / "ledger.json") == B


def test_the_file_holds_digests_and_pseudonyms_only(tmp_path):
    """What is committed is exactly what is promised."""
    path = tmp_path / "ledger.json"

    ledger.save(path, A)

    assert json.loads(path.read_text()) == {"format": 1, "pseudonyms": A}
