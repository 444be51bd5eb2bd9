"""Answers come in live and go out as a written cassette: refused, scrubbed, audited, committed with the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bototape import cassettes, ledger
from bototape.audit import audit
from bototape.capture.commit import Commit
from bototape.capture.estate import Credentials, complete, known_values
from bototape.capture.intact import refuse_unreadable
from bototape.capture.quiet import Quiet
from bototape.finding import Finding, Severity, at_or_above
from bototape.interaction import Cassette, Interaction, drop_headers
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing
from bototape.wire.codec import Codec

__all__ = ["Intake", "Known"]


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """Everything that must not be in a recording: for the scrubber, and for the audit."""

    estate: Estate
    audited: tuple[str, ...]

    @classmethod
    def of(cls, told: Estate, credentials: Credentials, around: Sequence[tuple[str, str]]) -> Known:
        """Return what is known of *told*, who signs with *credentials*; *around* are the surroundings' pairs."""
        audited = known_values(complete(told, credentials), credentials, around)
        return cls(complete(told, credentials, around), audited)

    def and_also(self, other: Known) -> Known:
        """Return both: who else signs is as much to be hidden; numbers stay as this one makes them."""
        values = tuple(dict.fromkeys((*self.estate.values, *other.estate.known())))
        return Known(replace(self.estate, values=values), tuple(dict.fromkeys((*self.audited, *other.audited))))


class Intake:
    """
    One recording's way into *cassette*, with the pseudonyms of the ledger at *ledger_path*.

    *codec* returns what reads the messages of a service. It takes no answer before it `knows` who records. Not for
    several threads at once. Raises `LedgerUnusable` and `UsageError` for a ledger or key that cannot be used.
    """

    def __init__(self, cassette: Path, ledger_path: Path, hush: Quiet, codec: Callable[[str], Codec | None]) -> None:
        self._cassette = cassette
        self._ledger = ledger_path
        self._hush = hush
        self._codec = codec
        self._key = ledger.key()
        self._mark = ledger.own_mark(self._key)
        self._remembered = ledger.load(ledger_path)
        self.strange_ledger = bool(self._remembered) and self._mark not in ledger.marks(ledger_path)
        self.pseudonyms = Pseudonyms(self._key, self._remembered)
        self._known: Known | None = None
        self._typings: dict[str, tuple[Codec, Typing]] = {}
        self._before = cassettes.seen(cassette)

    def knows(self, known: Known) -> None:
        """Take what must not be in the recording, besides what is known already."""
        self._known = self._known.and_also(known) if self._known else known
        self._hush.knows(self._known.estate, self._known.audited, Pseudonyms(self._key, self._remembered))

    def clean(self, interaction: Interaction) -> Interaction:
        """Return *interaction* scrubbed; raises `WireError` for a success that is not in its service's protocol."""
        codec = self._codec(interaction.call.service) if interaction.call else None
        if codec is not None:
            refuse_unreadable(interaction, codec)
        return self.scrubbed(interaction)

    def scrubbed(self, interaction: Interaction) -> Interaction:
        """Return *interaction* with everything that is known, or has the form of an identifier, replaced."""
        if self._known is None:
            raise AssertionError("an answer came before it was known who records")
        # awscrt's signer sends the field, botocore's own does not; the URI says the host.
        sent = drop_headers(interaction.request.headers, frozenset({"host"}))
        kept = replace(interaction, request=replace(interaction.request, headers=sent))
        typing = self._typing(interaction)
        typed = typing.of(interaction.call) if typing else None
        return scrub(kept, self._known.estate, self.pseudonyms, typed=typed)

    def leaks(self, text: str) -> Sequence[Finding]:
        """Return what identifies an account in the finished *text*."""
        known = self._known.audited if self._known else ()
        return at_or_above(audit(text, where=str(self._cassette), known=known), Severity.ERROR)

    def write(self, path: Path, cassette: Cassette, leaks: Callable[[str], Sequence[Finding]]) -> None:
        """
        Replace the file at *path*, and add to the ledger: both or none.

        Raises `CassetteUnwritable` for a file that changed since the recording began, and what `Commit` raises.
        """
        Commit(self._ledger, self.pseudonyms, self._mark, self._before).write(path, cassette, leaks)

    def _typing(self, interaction: Interaction) -> Typing | None:
        call = interaction.call
        codec = self._codec(call.service) if call else None
        if call is None or codec is None:
            return None
        known = self._typings.get(call.service)
        if known is None or known[0] is not codec:
            known = self._typings[call.service] = (codec, Typing(codec.service))
        return known[1]
