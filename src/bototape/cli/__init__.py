"""
The command line: parse, call one function, render; exit codes 0 to 4.

0 clean or below the gate · 1 findings at or above it · 2 usage or configuration · 3 an input could not be
loaded · 4 unused entries of the ignore file, with ``--strict-ignores``. Findings go to stdout, trouble to stderr. Each
command is a module here, imported when it is used.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from bototape.errors import BototapeError

__all__ = ["COMMANDS", "app", "main", "run"]

#: Commands in the order of the help, each a module of this package with a click command named ``command``.
COMMANDS = (
    "record",
    "import",
    "scrub",
    "prune",
    "audit",
    "check",
    "coverage",
    "decode",
    "diff",
    "history",
    "show",
    "rules",
    "drift",
    "refresh",
    "review",
    "iam-policy",
    "ignore",
    "explain",
    "serve",
    "sandbox",
    "schemas",
)

#: Modules that cannot have the name of their command.
_MODULES = {"import": "importing", "iam-policy": "iampolicy"}


class _Commands(click.Group):
    """Loads the module of a command only when that command runs or shows its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None for a name that is not one."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        loaded = importlib.import_module(f"bototape.cli.{_MODULES.get(cmd_name, cmd_name)}").command
        if not isinstance(loaded, click.Command):
            raise TypeError(cmd_name)
        return loaded


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bototape")
def app() -> None:
    """Record real AWS responses, scrubbed; replay them offline; know when the API changes."""


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command and return its exit code; nothing raised on purpose gets out.

    *argv* is without the program's name; None takes the process's.
    """
    try:
        code = app.main(None if argv is None else list(argv), prog_name="bototape", standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except click.Abort:
        click.echo("bototape: interrupted", err=True)
        return 130
    except BototapeError as error:
        click.echo(f"bototape: {error}", err=True)
        return error.exit_code
    return code if isinstance(code, int) else 0


def run() -> None:
    """Run as the console script."""
    sys.exit(main())
