"""A history for programs: JSON, version 1."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bototape.history.changed import Event
from bototape.history.trace import History

__all__ = ["VERSION", "render"]

#: Grows when a key changes its meaning or goes away; new keys do not count.
VERSION = 1


def render(history: History, changes: Sequence[Event] | None, since: str) -> str:
    """
    Return ``{"version", "service", "place", "release", "appeared", "since", "changes"}``, nothing folded or left out.

    ``appeared`` has every operation, member, error and value with the release it first appeared in; ``after`` lacks it,
    and ``exact`` says that no release lies between. ``changes`` is null where nobody looked for them.
    """
    document = {
        "version": VERSION,
        "service": history.service,
        "place": history.place or None,
        "release": {"version": history.release.version, "date": history.release.date or None},
        "appeared": [
            {
                "place": each.point.place,
                "value": each.point.value or None,
                "release": each.release.version,
                "date": each.release.date or None,
                "after": each.after or None,
                "exact": each.exact,
            }
            for each in history.appearances
        ],
        "since": since or None,
        "changes": None if changes is None else [_change(each) for each in changes],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _change(event: Event) -> dict[str, object]:
    return {
        "release": event.release.version,
        "date": event.release.date or None,
        "after": event.after or None,
        "exact": event.exact,
        **event.finding.as_dict(),
    }
