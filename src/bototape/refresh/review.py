"""What a refresh found, for people and machines: text, Markdown for a pull request, JSON."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bototape.errors import Difference
from bototape.refresh.compare import KINDS, Hunk, Kind
from bototape.refresh.plan import Entry, Plan
from bototape.refresh.run import Outcome, State

__all__ = [
    "LIMIT",
    "MEANINGS",
    "field_as_text",
    "hunk_as_text",
    "plan_as_json",
    "plan_as_text",
    "review_as_json",
    "review_as_markdown",
    "review_as_text",
]

#: What each class means, in a sentence.
MEANINGS: dict[Kind, str] = {
    "create": "a call that was not recorded",
    "fix": "the service answers otherwise",
    "trim": "a recording of a call that is made no more",
    "update": "the same meaning in another spelling",
}

#: Places of one hunk that are shown where people read.
_SHOWN = 20

#: Characters a pull request's body has room for on GitHub, with some to spare.
LIMIT = 60_000

_STATES: dict[State, str] = {
    "unchanged": "unchanged, not touched",
    "written": "written",
    "withheld": "not written",
}


def plan_as_text(plan: Plan) -> str:
    """Return *plan* as a table, one cassette a line and its reasons and calls below it, then a line of counts."""
    lines: list[str] = []
    for each in plan.entries:
        words = ", ".join(word for word, _ in each.reasons) or "fresh"
        lines.append(f"{_verdict(each):<8}  {words:<14}  {each.requests:>5}  {each.cassette}")
        lines += [f"            why: {sentence}" for word, sentence in each.reasons if word not in ("asked", "missing")]
        if each.calls and (each.is_due or each.refused):
            lines.append(f"            calls: {', '.join(_calls(each))}")
        lines += [f"            test: {test}" for test in each.tests]
        lines += _obstacles(each, from_tests=plan.from_tests)
    head = f"{'refresh':<8}  {'because':<14}  {'calls':>5}  cassette"
    due = plan.due
    counts = (
        f"{len(due)} of {_counted(len(plan.entries), 'cassette')} to record, about {_counted(plan.requests, 'request')}"
    )
    return "\n".join([head, *lines, counts, *_less(plan)]) + "\n"


def _less(plan: Plan) -> Iterator[str]:
    """Yield the command that runs no more tests than those whose cassettes are due by themselves."""
    owned = [each for each in plan.entries if each.tests]
    due = [each for each in owned if any(word != "asked" for word, _ in each.reasons)]
    if due and len(due) < len(owned):
        tests = dict.fromkeys(shlex.quote(test) for each in due for test in each.tests)
        yield f"only what is due by itself: bototape refresh --tests --write {' '.join(tests)}"


def _verdict(each: Entry) -> str:
    if each.refused:
        return "refused"
    if not each.source:
        return "no" if not each.reasons else "cannot"
    return "yes" if each.is_due else "no"


def _obstacles(each: Entry, *, from_tests: bool) -> Iterator[str]:
    if each.refused:
        yield f"            refused: {', '.join(each.refused)} may change the account; {each.leave} if that is meant"
    if from_tests and not each.source:
        yield "            no test is known to open it: run the tests once (pytest), or look for it in their code"
    elif not each.source and each.reasons:
        yield "            no scenario makes it: write one into scenarios/ beside it, or run its tests with --tests"


def _calls(each: Entry) -> Iterator[str]:
    for call in each.calls:
        count = f" x{call.requests}" if call.requests > 1 else ""
        yield f"{call.operation}{count}{' (changes the account)' if call.mutates else ''}"


def plan_as_json(plan: Plan) -> str:
    """Return *plan* as JSON, keys stable."""
    content = {
        "format": 1,
        "cassettes": [each.as_dict() for each in plan.entries],
        "due": len(plan.due),
        "requests": plan.requests,
    }
    return json.dumps(content, indent=2) + "\n"


def review_as_text(outcomes: Sequence[Outcome], failures: Sequence[str] = ()) -> str:
    """Return what became of each cassette, its differences below it, then a line of counts."""
    lines: list[str] = []
    for each in outcomes:
        lines.append(f"{each.cassette}: {_STATES[each.state]}{_withheld(each)}")
        for hunk in _told(each):
            lines += hunk_as_text(hunk)
    return "\n".join([*lines, _summary(outcomes, failures)]) + "\n"


def hunk_as_text(hunk: Hunk) -> list[str]:
    """Return the lines that tell *hunk*: which call, and below it what differs."""
    head = f"  {hunk.kind:<6}  {_place(hunk)}  {hunk.call}  {hunk.parameters}"
    return [head, *(f"          {line}" for line in _details(hunk))]


def _told(outcome: Outcome) -> Sequence[Hunk]:
    """Return what is worth telling: the spelling of a file that was not touched is not."""
    return () if outcome.state == "unchanged" else outcome.hunks


def _withheld(outcome: Outcome) -> str:
    if outcome.state != "withheld":
        return ""
    kinds = ", ".join(each for each in outcome.withheld if each != "update")
    return (
        f": {kinds} was not accepted; bototape review looks at it" if outcome.is_kept else f": {kinds} was not accepted"
    )


def _place(hunk: Hunk) -> str:
    old, new = (f"#{each}" if each is not None else "" for each in (hunk.old, hunk.new))
    return old if old == new else f"{old or '-'} → {new or '-'}"


def _details(hunk: Hunk) -> Iterator[str]:
    for each in hunk.fields[:_SHOWN]:
        yield field_as_text(each)
    if len(hunk.fields) > _SHOWN:
        yield f"… and {len(hunk.fields) - _SHOWN} more places"
    yield from hunk.notes


def field_as_text(each: Difference) -> str:
    """Return one place of an answer, before and after."""
    if each.recorded is None:
        return f"{each.path}: {each.sent} is new"
    if each.sent is None:
        return f"{each.path}: {each.recorded} is gone"
    return f"{each.path}: {each.recorded} → {each.sent}"


def _summary(outcomes: Sequence[Outcome], failures: Sequence[str]) -> str:
    states = Counter(each.state for each in outcomes)
    kinds = Counter(hunk.kind for each in outcomes for hunk in _told(each))
    told = ", ".join(f"{states[state]} {word}" for state, word in _STATES.items() if states[state]) or "nothing to do"
    found = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])
    failed = f"; {len(failures)} failed" if failures else ""
    return f"{_counted(len(outcomes), 'cassette')}: {told}{f' ({found})' if found else ''}{failed}"


def review_as_json(outcomes: Sequence[Outcome], failures: Sequence[str] = ()) -> str:
    """Return the review as JSON, keys stable; it has every place. *failures* are messages."""
    content = {
        "format": 1,
        "cassettes": [
            {
                "cassette": each.cassette,
                "source": each.source,
                "state": each.state,
                "withheld": list(each.withheld),
                "answers": each.answers,
                "changes": [_hunk(hunk) for hunk in each.hunks],
            }
            for each in outcomes
        ],
        "failures": list(failures),
    }
    return json.dumps(content, indent=2) + "\n"


def _hunk(hunk: Hunk) -> dict[str, object]:
    return {
        "kind": hunk.kind,
        "call": hunk.call,
        "parameters": hunk.parameters,
        "old": hunk.old,
        "new": hunk.new,
        "fields": [{"path": each.path, "old": each.recorded, "new": each.sent} for each in hunk.fields],
        "notes": list(hunk.notes),
    }


def review_as_markdown(outcomes: Sequence[Outcome], failures: Sequence[str] = ()) -> str:
    """
    Return the review as the body of a pull request, at most `LIMIT` characters.

    What a service answered is data: it stands in code blocks that it cannot end.
    """
    changed = [each for each in outcomes if _told(each)]
    head = f"# Cassettes refreshed\n\n{_summary(outcomes, failures)}\n"
    meaning = "".join(f"- **{kind}**: {MEANINGS[kind]}\n" for kind in _kinds(changed))
    parts = [head, *([f"\n{meaning}"] if meaning else []), *map(_failure, failures), *map(_section, changed)]
    return _cut(parts)


def _kinds(outcomes: Iterable[Outcome]) -> list[Kind]:
    found = {hunk.kind for each in outcomes for hunk in each.hunks}
    return [kind for kind in KINDS if kind in found]


def _section(outcome: Outcome) -> str:
    title = f"\n## {_code(outcome.cassette)}\n\n{_STATES[outcome.state]}{_withheld(outcome)}\n"
    return title + "".join(map(_block, outcome.hunks))


def _block(hunk: Hunk) -> str:
    lines = [f"@@ {_place(hunk)} {hunk.call} {hunk.parameters} @@", *_diff(hunk)]
    return f"\n**{hunk.kind}**\n\n{_fenced(lines, 'diff')}"


def _failure(message: str) -> str:
    return f"\n## Not refreshed\n\n{_fenced(message.splitlines(), 'text')}"


def _fenced(lines: Sequence[str], language: str) -> str:
    """Return *lines* as a code block that nothing in it can end."""
    text = "\n".join(lines)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{language}\n{text}\n{fence}\n"


def _diff(hunk: Hunk) -> Iterator[str]:
    for each in hunk.fields[:_SHOWN]:
        if each.recorded is not None:
            yield f"- {each.path}: {each.recorded}"
        if each.sent is not None:
            yield f"+ {each.path}: {each.sent}"
    if len(hunk.fields) > _SHOWN:
        yield f"… and {len(hunk.fields) - _SHOWN} more places"
    yield from (f"! {each}" for each in hunk.notes)


def _code(text: str) -> str:
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence}{text}{fence}" if len(fence) == 1 else f"{fence} {text} {fence}"


def _cut(parts: Sequence[str]) -> str:
    kept, left = "", list(parts)
    while left and len(kept) + len(left[0]) <= LIMIT:
        kept += left.pop(0)
    more = f"\n… and {_counted(len(left), 'cassette')} more: the whole review is in the job's log.\n" if left else ""
    return kept + more


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
