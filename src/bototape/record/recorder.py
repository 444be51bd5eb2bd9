"""Collect a cassette: each answer is scrubbed before it is kept; the unscrubbed form is never stored here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response, header
from bototape.jsontext import is_document, reindent
from bototape.record.polls import folded
from bototape.scrub.integrity import repair
from bototape.variables import scrubbed

__all__ = ["Recorder", "readable", "sent_at"]


class Recorder:
    """
    A cassette being recorded.

    *scrub* takes and returns an interaction; *endpoint* says whether AWS answered (``aws``) or something else;
    *release* is the botocore version that sends the calls. *given* returns the pseudonym that *scrub* gave a value,
    or None.
    """

    def __init__(
        self,
        scrub: Callable[[Interaction], Interaction],
        endpoint: Literal["aws", "custom"],
        release: str,
        *,
        given: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._scrub = scrub
        self._given = given
        self.endpoint: Literal["aws", "custom"] = endpoint
        self._release = release
        self._kept: list[Interaction] = []
        self._seed: int | None = None
        self._variables: Mapping[str, Any] = {}
        self._date = ""

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, request: Request, response: Response, call: Call | None) -> Interaction:
        """Scrub one answered call, make it readable, keep it, and return what was kept."""
        clean = readable(self._scrub(Interaction(request, response, call)))
        self._date = _day(response) or self._date
        self._kept.append(clean)
        return clean

    def begin(self, interactions: Iterable[Interaction]) -> None:
        """Keep *interactions*, which were scrubbed before, in front of what comes."""
        for each in interactions:
            self._date = _day(each.response) or self._date
            self._kept.append(readable(each))

    def again(self) -> None:
        """Scrub once more what was kept: more is known by now."""
        self._kept[:] = [self._scrub(each) for each in self._kept]

    def repeat_last(self) -> None:
        """Let the last answer play again after it was played. Without an answer nothing happens."""
        if self._kept and self._kept[-1].call:
            self._kept[-1] = replace(self._kept[-1], call=replace(self._kept[-1].call, repeat=True))

    def remember(self, variables: Mapping[str, Any], seed: int | None) -> None:
        """Scrub and keep the values of *variables*, and the seed; at the end, when all that is in calls is known."""
        self._variables = scrubbed(variables, self._scrub, self._given) if variables else {}
        self._seed = seed

    def cassette(self) -> Cassette:
        """Return what was recorded, polls folded; the date is that of the last answer's own Date header."""
        return Cassette(
            folded(self._kept),
            Provenance(self.endpoint, self._date, self._release, seed=self._seed, variables=self._variables),
        )


def readable(interaction: Interaction) -> Interaction:
    """
    Return *interaction* with a JSON answer re-indented, white space only, its length and checksums repaired.

    Only for the AWS JSON protocols, whose body is one document by definition; request bodies stay as sent.
    """
    call, response = interaction.call, interaction.response
    if call is None or call.protocol != "json":
        return interaction
    try:
        text = response.body.decode("utf-8")
    except UnicodeDecodeError:
        return interaction
    if not is_document(text):
        return interaction
    changed = replace(response, body=reindent(text).encode("utf-8"))
    return replace(interaction, response=repair(changed, response.body))


def sent_at(response: Response) -> datetime | None:
    """Return when *response* was sent, by its own Date header, in UTC; None where it does not tell."""
    sent = header(response.headers, "Date")
    try:
        return parsedate_to_datetime(sent).replace(tzinfo=UTC) if sent else None
    except ValueError:
        return None


def _day(response: Response) -> str:
    sent = sent_at(response)
    return sent.date().isoformat() if sent else ""
