"""
Record in a process of its own that shows everything it can, and is killed at one write after another.

Run as ``python -m tests.e2e.leaky URL DIRECTORY [crash]``. Each attempt works in a copy of DIRECTORY/start named
DIRECTORY/1, 2, …; its n-th write is its last. Log files of every logger at DEBUG, progress and messages, the
environment's temporary and home directories: all are inside that copy. Prints the number of the first attempt that
was not killed, and its exit code.
"""

import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from bototape.cli import main

SCENARIO = "cassettes/scenarios/job.yaml"


def killing_at(last: int, inside: Path) -> None:
    """Kill this process before its *last* write *inside* the directory; a flush to the disk counts as one."""
    count = 0
    flush = os.fsync

    def wrote() -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event: str, arguments: tuple) -> None:
        changes = event in ("os.rename", "os.remove", "os.mkdir", "os.chmod", "os.link", "os.truncate")
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (changes or opens) and str(arguments[0]).startswith((str(inside), "cassettes")):
            wrote()

    def synced(handle: int) -> None:
        flush(handle)
        wrote()

    sys.addaudithook(audited)
    os.fsync = synced


def attempt(url: str, work: Path, last: int, *, crash: bool) -> int:
    """Record in *work*, showing everything, until the *last* write; return the exit code."""
    os.chdir(work)
    os.environ.update(HOME=str(work / "home"), XDG_CONFIG_HOME=str(work / "home" / ".config"), TMPDIR=str(work / "tmp"))
    tempfile.tempdir = None
    out = Path("out.txt").open("w", buffering=1)  # noqa: SIM115 - open until the process ends
    sys.stdout = sys.stderr = out
    logging.basicConfig(
        filename="log.txt", level=logging.DEBUG, format="%(asctime)s %(pathname)s %(funcName)s %(name)s %(message)s"
    )
    for name in ("botocore", "urllib3", "botocore.parsers", "bototape"):
        logging.getLogger(name).addHandler(logging.FileHandler(f"log-{name}.txt"))
    if crash:
        from bototape.capture import intake  # noqa: PLC0415 - what is broken here

        def broken(interaction, *_, **__):
            raise LookupError(interaction.response.body.decode())

        intake.scrub = broken
    killing_at(last, work)
    arguments = ["record", SCENARIO, "--endpoint-url", url, "--poll-interval", "0", "--debug"]
    try:
        return main(arguments)
    finally:
        out.flush()


def attempts(url: str, directory: Path, *, crash: bool) -> tuple[int, int]:
    """Make one attempt after another; return the number and exit code of the first that was not killed."""
    for last in range(1, 100):
        work = directory / str(last)
        shutil.copytree(directory / "start", work)
        child = os.fork()
        if not child:
            code = 70
            with contextlib.suppress(BaseException):
                code = attempt(url, work, 0 if crash else last, crash=crash)
            os._exit(code)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return last, os.waitstatus_to_exitcode(status)
    return 100, -1


if __name__ == "__main__":
    ended = attempts(sys.argv[1], Path(sys.argv[2]), crash=sys.argv[3:] == ["crash"])
    sys.stdout.write("{} {}\n".format(*ended))
