"""Cassette files: what is read, what is refused and why, and that a file is replaced whole or not at all."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from bototape import cassettes, yamltext
from bototape.cassettes import disk
from bototape.errors import CassetteMissing, CassetteUnreadable, CassetteUnwritable, LeakRefused
from bototape.finding import Finding, Severity
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response
from tests.small import SMALL, SMALL_TEXT, URI, files, no_leaks

OLD = b"what was there before\n"

AWKWARD = st.lists(
    st.sampled_from(
        [
            *"\n\n\t\r\0\x1b\x7f\x85\xa0\u200b\u2028\u2029\u202e\ufeff\ufffe\ufdd0\U0001f600\U0001ffff \"'\\:#-{}é09",
            "---\n",
            "- ",
            ": ",
            "1.5E9",
            "  ",
            '{\n  "a": "\\ud800"\n}\n',
        ]
    ),
    max_size=12,
).map("".join)
BODY = st.one_of(AWKWARD.map(str.encode), st.binary(max_size=80), st.text(max_size=20).map(str.encode))
HEADERS = st.lists(
    st.tuples(st.sampled_from(["Content-Type", "Set-Cookie", "set-cookie", "y", "x-amz-id-2"]), AWKWARD), max_size=4
).map(lambda each: tuple(sorted(each, key=lambda pair: pair[0])))
INTERACTION = st.builds(
    Interaction,
    st.builds(Request, st.sampled_from(["GET", "POST"]), st.just(URI), HEADERS, BODY),
    st.builds(Response, st.integers(100, 999), AWKWARD, HEADERS, BODY),
    st.none()
    | st.builds(
        Call,
        AWKWARD,
        AWKWARD,
        AWKWARD,
        st.sampled_from(["json", "query"]),
        st.integers(1, 9),
        st.booleans(),
        st.lists(AWKWARD, max_size=2).map(tuple),
    ),
)
VALUE = st.recursive(
    st.one_of(
        AWKWARD,
        st.none(),
        st.booleans(),
        st.integers(1 - 2**53, 2**53 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(AWKWARD, inner, max_size=3),
    max_leaves=5,
)
PROVENANCE = st.builds(
    Provenance,
    st.sampled_from(["aws", "custom"]),
    st.sampled_from(["", "2026-11-20"]),
    AWKWARD,
    seed=st.none() | st.integers(0, 10**9),
    variables=st.dictionaries(AWKWARD | st.sampled_from(["job", "bucket"]), VALUE, max_size=3),
)
CASSETTE = st.builds(Cassette, st.lists(INTERACTION, max_size=3).map(tuple), st.none() | PROVENANCE)


class TestText:
    def test_a_cassette_reads_like_source(self):
        """Text headers, JSON answers line by line, requests as sent, binary as base64: a reviewer sees all of it."""
        assert cassettes.to_text(SMALL) == SMALL_TEXT
        assert cassettes.from_text(SMALL_TEXT, "a.yaml") == SMALL

    @given(cassette=CASSETTE)
    @settings(max_examples=60, deadline=None)
    def test_every_cassette_comes_back(self, cassette):
        """Whatever the bodies and headers hold, both YAML readers and stock vcrpy give it back to the byte."""
        text = cassettes.to_text(cassette)

        yamltext.prove(text, yamltext.load(text))
        assert cassettes.from_text(text, "a.yaml") == cassette
        requests, responses = deserialize(text, yamlserializer)
        for each, request, response in zip(cassette.interactions, requests, responses, strict=True):
            assert (each.request.method, each.request.uri) == (request.method, request.uri)
            assert (each.request.body or None) == request.body
            assert each.response.body == response["body"]["string"]
            assert {"code": each.response.status, "message": each.response.reason} == response["status"]
            assert each.response.headers == tuple((name, v) for name, vs in response["headers"].items() for v in vs)

    def test_values_of_one_header_stand_together(self):
        """A file has one entry per name; the order among the values of one name is what HTTP gives a meaning."""
        headers = (("A", "1"), ("B", "2"), ("A", "3"), ("a", "4"), ("A", "0"))
        scattered = Cassette((Interaction(Request("GET", URI, headers), Response(200)),))

        found = cassettes.from_text(cassettes.to_text(scattered), "a.yaml")

        assert found.interactions[0].request.headers == (("A", "1"), ("A", "3"), ("A", "0"), ("B", "2"), ("a", "4"))

    @pytest.mark.parametrize("change", ["\ufeff", "\r\n", "# a reviewer's remark\n"], ids=["bom", "crlf", "comment"])
    def test_an_editor_may_have_touched_it(self, change):
        """A byte order mark, line ends of another system, comments: the values stay."""
        text = SMALL_TEXT.replace("\n", "\r\n") if change == "\r\n" else change + SMALL_TEXT

        assert cassettes.from_text(text, "a.yaml") == SMALL

    def test_keys_of_others_beside_ours_are_kept_out_of_the_way(self):
        """Another tool's metadata and dates beside request and response are no reason to refuse a file."""
        text = SMALL_TEXT.replace("\n  request:", "\n  recorded_at: x\n  request:").replace(
            "    status:\n", "    protocol: h2\n    status:\n"
        )

        assert cassettes.from_text(f"{text}metadata: {{a: 1}}\n", "a.yaml") == SMALL


class TestRead:
    def test_missing_is_not_unreadable(self, tmp_path):
        """Only a missing file may lead to "record it"."""
        with pytest.raises(CassetteMissing) as caught:
            cassettes.read(tmp_path / "none.yaml")

        assert str(caught.value) == (
            f"cannot open cassette {tmp_path}/none.yaml: there is no such file\n"
            "  fix: check the path, or record the cassette"
        )

    def test_a_directory_is_unreadable(self, tmp_path):
        """A wrong path is told apart from a missing one."""
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.read(tmp_path)

        assert str(caught.value) == (
            f"cannot use cassette {tmp_path}: is a directory\n  fix: name a file that this user may read"
        )

    def test_a_forbidden_file_is_unreadable(self, tmp_path, monkeypatch):
        """It exists, so nothing may be recorded over it."""

        def forbidden(_):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(Path, "read_bytes", forbidden)
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.read(tmp_path / "a.yaml")

        assert str(caught.value) == (
            f"cannot use cassette {tmp_path}/a.yaml: permission denied\n  fix: name a file that this user may read"
        )

    def test_another_encoding_is_unreadable(self, tmp_path):
        """vcrpy counts such a file as absent and overwrites it; we say where the first wrong byte is."""
        path = tmp_path / "a.yaml"
        path.write_bytes(b"bototape:\n  date: \xff\n")

        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.read(path)

        assert str(caught.value) == (
            f"cannot use cassette {path}:2: byte 18 is not UTF-8 text\n"
            "  fix: save it as UTF-8, restore it from version control, or record it again"
        )

    @pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"], ids=ascii)
    def test_an_empty_file_is_unreadable(self, text):
        """A truncated recording must not pass for one without interactions."""
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.from_text(text, "a.yaml")

        assert str(caught.value) == (
            "cannot use cassette a.yaml: the file is empty\n  fix: restore it from version control, or record it again"
        )

    def test_a_cassette_without_interactions_is_not_empty(self):
        """A scenario without calls is a cassette all the same."""
        assert cassettes.from_text("interactions: []\nversion: 1\n", "a.yaml") == Cassette()


class TestWrite:
    def test_the_file_is_the_text(self, tmp_path):
        """Directories are made; nothing else is left beside the file."""
        path = tmp_path / "a" / "b" / "c.yaml"

        cassettes.write(path, SMALL, no_leaks)

        assert files(path.parent) == {"c.yaml": SMALL_TEXT.encode()}
        assert cassettes.read(path) == SMALL

    def test_writing_again_changes_nothing(self, tmp_path):
        """A recording without a change gives no diff."""
        path = tmp_path / "c.yaml"
        cassettes.write(path, SMALL, no_leaks)

        cassettes.write(path, cassettes.read(path), no_leaks)

        assert path.read_bytes() == SMALL_TEXT.encode()

    @pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)], ids=oct)
    def test_the_mode_is_the_umasks(self, tmp_path, umask, mode):
        """A temporary file's 0600 would make a shared checkout unreadable."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)
        path.chmod(0o640)
        before = os.umask(umask)
        try:
            cassettes.write(path, SMALL, no_leaks)
        finally:
            os.umask(before)

        assert path.stat().st_mode & 0o777 == mode

    def test_a_link_stays_a_link(self, tmp_path):
        """The file it points to is replaced, in its own directory."""
        (tmp_path / "real").mkdir()
        link = tmp_path / "link.yaml"
        link.symlink_to(tmp_path / "real" / "c.yaml")

        cassettes.write(link, SMALL, no_leaks)

        assert link.is_symlink()
        assert files(tmp_path / "real") == {"c.yaml": SMALL_TEXT.encode()}

    def test_the_longest_name_can_be_written(self, tmp_path):
        """The temporary name does not exceed the file system's limit where the name itself does not."""
        path = tmp_path / ("é" * 125 + ".yaml")

        cassettes.write(path, SMALL, no_leaks)

        assert files(tmp_path) == {path.name: SMALL_TEXT.encode()}

    def test_a_leak_is_refused_before_anything_is_on_disk(self, tmp_path):
        """The audit sees the finished text; places are named, values never."""
        seen = []

        def leaks(text):
            seen.append((text, files(tmp_path)))
            return [Finding("#1 request /a", "account-id", Severity.ERROR, "an account id of twelve digits")]

        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)
        with pytest.raises(LeakRefused) as caught:
            cassettes.write(path, SMALL, leaks)

        assert seen == [(SMALL_TEXT, {"c.yaml": OLD})]
        assert files(tmp_path) == {"c.yaml": OLD}
        assert str(caught.value) == (
            f"cannot write cassette {path}: identifiers are left in it\n"
            "  #1 request /a: an account id of twelve digits\n"
            "  fix: report the kind of identifier named above, or name it in the estate"
        )

    def test_text_that_yaml_cannot_hold_is_refused(self, tmp_path):
        """The field is named, and the file stays."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)
        odd = Cassette((Interaction(Request("GET", f"{URI}\ud800"), Response(200)),))

        with pytest.raises(CassetteUnwritable) as caught:
            cassettes.write(path, odd, no_leaks)

        assert str(caught.value) == (
            f"cannot write cassette {path}: interactions[0].request.uri: a lone surrogate has no spelling in YAML\n"
            "  fix: leave the value out, or report it with its kind"
        )
        assert files(tmp_path) == {"c.yaml": OLD}

    def test_a_text_that_one_reader_takes_differently_is_refused(self, tmp_path, monkeypatch):
        """Should a release of a YAML library change its mind, nothing is written that only one of them reads."""
        monkeypatch.setattr(yamltext, "dump", lambda _: SMALL_TEXT.replace('release: "1.44.5"', "release: 012"))
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)

        with pytest.raises(CassetteUnwritable) as caught:
            cassettes.write(path, SMALL, no_leaks)

        assert caught.value.reason == "yaml12 reads another value at bototape.release"
        assert files(tmp_path) == {"c.yaml": OLD}

    def test_a_cassette_that_would_not_come_back_is_refused(self, tmp_path):
        """A status or a date that our own reader refuses is found before the write, not at the next replay."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)
        first, second = SMALL.interactions
        odd = replace(SMALL, interactions=(first, replace(second, response=Response(7))))

        with pytest.raises(CassetteUnwritable) as caught:
            cassettes.write(path, odd, no_leaks)

        assert str(caught.value) == (
            f"cannot write cassette {path}: it could not be read again: "
            "interactions[1].response.status.code: expected an HTTP status of three digits\n  fix: correct the value"
        )
        assert files(tmp_path) == {"c.yaml": OLD}

    def test_a_cassette_that_comes_back_as_another_is_refused(self, tmp_path, monkeypatch):
        """The last line of defence: what replays must be what was recorded."""
        monkeypatch.setattr(disk, "from_text", lambda *_: Cassette())
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)

        with pytest.raises(CassetteUnwritable) as caught:
            cassettes.write(path, SMALL, no_leaks)

        assert caught.value.reason == "it would not read back as what was recorded"
        assert files(tmp_path) == {"c.yaml": OLD}

    def test_headers_in_any_order_can_be_written(self, tmp_path):
        """Grouping the values of one name is no difference."""
        scattered = (("B", "1"), ("A", "2"), ("B", "3"))
        cassette = Cassette((Interaction(Request("GET", URI, scattered), Response(200, "OK", scattered)),))

        cassettes.write(tmp_path / "c.yaml", cassette, no_leaks)

        found = cassettes.read(tmp_path / "c.yaml").interactions[0]
        assert found.request.headers == found.response.headers == (("B", "1"), ("B", "3"), ("A", "2"))

    @pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_a_failure_leaves_the_old_file_and_nothing_else(self, tmp_path, monkeypatch, step, failure):
        """A full disk at the last moment, Ctrl-C between two steps."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)

        def fail(*_):
            raise failure

        monkeypatch.setattr(os, step, fail)
        with pytest.raises((CassetteUnwritable, KeyboardInterrupt)) as caught:
            cassettes.write(path, SMALL, no_leaks)

        assert files(tmp_path) == {"c.yaml": OLD}
        if isinstance(failure, OSError):
            assert str(caught.value) == (
                f"cannot write cassette {path}: no space left on device\n"
                "  fix: check the space and the permissions there, then try again"
            )

    def test_a_directory_is_not_replaced(self, tmp_path):
        """Nor is anything left in its parent."""
        path = tmp_path / "c.yaml"
        path.mkdir()

        with pytest.raises(CassetteUnwritable, match="is a directory"):
            cassettes.write(path, SMALL, no_leaks)

        assert [path] == list(tmp_path.iterdir())

    def test_a_write_protected_file_is_not_replaced(self, tmp_path, monkeypatch):
        """A rename would pass over the protection of the file it replaces."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)
        monkeypatch.setattr(os, "access", lambda *_: False)

        with pytest.raises(CassetteUnwritable, match="the file is write-protected"):
            cassettes.write(path, SMALL, no_leaks)

        assert files(tmp_path) == {"c.yaml": OLD}

    def test_a_directory_that_allows_no_files_is_named(self, tmp_path):
        """A parent that is a file stands in for a read-only directory, which does not stop root."""
        (tmp_path / "file").write_bytes(OLD)

        with pytest.raises(CassetteUnwritable) as caught:
            cassettes.write(tmp_path / "file" / "c.yaml", SMALL, no_leaks)

        assert caught.value.reason == "file exists"
        assert files(tmp_path) == {"file": OLD}

    def test_a_reader_never_sees_half_a_file(self, tmp_path):
        """Writers in several threads, a reader in between: each time one whole cassette."""
        path = tmp_path / "c.yaml"
        versions = [replace(SMALL, interactions=SMALL.interactions * n) for n in range(1, 5)]
        cassettes.write(path, versions[0], no_leaks)
        threads = [threading.Thread(target=cassettes.write, args=(path, each, no_leaks)) for each in versions]

        for each in threads:
            each.start()
        seen = [cassettes.read(path) for _ in range(10)]
        for each in threads:
            each.join()

        assert all(each in versions for each in seen)
        assert [path] == list(tmp_path.iterdir())


CHILD = """
import os, resource, signal, sys
sys.dont_write_bytecode = True  # half a module, written under the limit below, would be kept
from pathlib import Path
from bototape import cassettes
from bototape.errors import CassetteUnwritable
from bototape.interaction import Cassette, Interaction, Request, Response

path, point = Path(sys.argv[1]), sys.argv[2]
cassette = Cassette((Interaction(Request("GET", "http://127.0.0.1/"), Response(200, "OK", (), b"x" * 100_000)),))
opened = Path.open

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

class Half:
    def __init__(self, file):
        self.file = file
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.file.close()
    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.file.flush()
        die()

match point:
    case "audit": audit = die
    case "open": Path.open = die
    case "half": Path.open = lambda *args: Half(opened(*args))
    case "fsync": os.fsync = die
    case "replace": os.replace = die
    case "after": os.open = die
    case "limit": resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    cassettes.write(path, cassette, die if point == "audit" else lambda text: [])
except CassetteUnwritable as error:
    print(error)
"""


def child(path, point):
    """Write a cassette of 100 kB in a process of its own that stops or is limited at *point*."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(path), point], capture_output=True, text=True, check=False, timeout=60
    )


class TestCrash:
    @pytest.mark.parametrize("point", ["audit", "open", "half", "fsync", "replace", "after"])
    def test_a_killed_process_leaves_a_whole_file(self, tmp_path, point):
        """The old cassette or the new one; at most a stray that says what it is and holds audited text only."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)

        run = child(path, point)

        assert (run.returncode, run.stderr) == (-signal.SIGKILL, "")
        left = files(tmp_path)
        found = left.pop("c.yaml")
        if point == "after":
            assert cassettes.from_text(found.decode(), "c.yaml").interactions[0].response.body == b"x" * 100_000
        else:
            assert found == OLD
        strays = {"half", "fsync", "replace"}
        assert [bool(re.fullmatch(r"\.c\.yaml\.[0-9a-f]{8}\.tmp", each)) for each in left] == [True] * (point in strays)

    def test_a_limit_on_file_size_leaves_the_old_file(self, tmp_path):
        """The write stops half-way with an error from the system."""
        path = tmp_path / "c.yaml"
        path.write_bytes(OLD)

        run = child(path, "limit")

        assert run.stderr == ""
        assert run.stdout == (
            f"cannot write cassette {path}: file too large\n"
            "  fix: check the space and the permissions there, then try again\n"
        )
        assert files(tmp_path) == {"c.yaml": OLD}

    def test_a_full_disk_leaves_the_old_file(self, tmp_path):
        """A real one: a file system of 32 kB, where this user may mount one."""
        mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", tmp_path]
        if not shutil.which("mount") or subprocess.run(mount, check=False, capture_output=True).returncode:
            pytest.skip("this user may not mount a small file system")
        try:
            path = tmp_path / "c.yaml"
            path.write_bytes(OLD)

            run = child(path, "")

            assert run.stdout == (
                f"cannot write cassette {path}: no space left on device\n"
                "  fix: check the space and the permissions there, then try again\n"
            )
            assert files(tmp_path) == {"c.yaml": OLD}
        finally:
            subprocess.run(["umount", tmp_path], check=True)
