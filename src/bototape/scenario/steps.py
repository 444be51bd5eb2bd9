"""The calls of one scenario, in order: pages, polls, expected errors, saved values. A failure names its step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

import jmespath
import jmespath.exceptions
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.paginate import set_value_from_jmespath
from botocore.parsers import ResponseParserError

from bototape.capture.budget import Budget, BudgetSpent
from bototape.capture.refused import advice, not_fetched
from bototape.errors import BototapeError, NetworkBlocked, RecordingFailed, WireError
from bototape.interaction import Interaction
from bototape.scenario.model import Scenario, Step, Until
from bototape.scenario.references import fill, references
from bototape.wire.codec import Codec

__all__ = ["Interrupted", "Journal", "Progress", "Steps"]


#: How a line ends that tells of a call of the clean-up that was made.
_DONE = ": done"

_STUCK = "the run before was stopped after it had changed the account, and what it saved then is on no disk"
_LOOK = (
    "if not all of the clean-up is done, look at what it left in the account, then remove {}; else run it again: "
    "it begins anew"
)


class Interrupted(RecordingFailed):
    """The user stopped a recording; like any failed one it wrote nothing."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: *answers* pages or polls of *step* have come; *state* says whether more may come."""

    scenario: Scenario
    step: Step
    answers: int
    state: Literal["running", "done"]


class _Failed(Exception):
    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


class Journal(Protocol):
    """What is noted of a recording as it goes, and what an earlier run of it left."""

    @property
    def finished(self) -> Mapping[int, Mapping[str, Any]]:
        """The steps that need not be made again, and what they saved."""
        ...

    @property
    def begun(self) -> Sequence[Interaction]:
        """The interactions of earlier runs, scrubbed."""
        ...

    @property
    def learned(self) -> Mapping[str, tuple[str, str]]:
        """The ledger's entries that they need: digest → (kind, pseudonym)."""
        ...

    @property
    def stuck(self) -> int:
        """The step that changed the account in an earlier run, and saved what is lost; 0 for none."""
        ...

    @property
    def known(self) -> Mapping[str, Any]:
        """What earlier runs saved, as far as it is known."""
        ...

    @property
    def path(self) -> Path:
        """Its file."""
        ...

    def kept(self, step: int, interaction: Interaction, learned: Mapping[str, tuple[str, str]]) -> None:
        """Note one interaction, and the ledger's entries learned so far."""
        ...

    def done(self, step: int, saved: Mapping[str, Any], scrubbed: Mapping[str, Any], *, is_clean: bool) -> None:
        """Note that a step is finished; *is_clean* says that scrubbing leaves what it saved as it is."""
        ...

    def cleaned(self, *, wholly: bool) -> None:
        """Hear that the clean-up was made, *wholly* or not."""
        ...


@dataclass(slots=True)
class Steps:
    """
    The steps of *scenario*, made with *client*; *codec* reads the answers of its service.

    *last* returns the newest interaction as it was scrubbed: what a message may show of an answer. *safe* scrubs any
    other text that a message quotes. *sleep* takes seconds; *poll_interval* replaces the scenario's. *saved* fills up
    as the steps run, with real values: it is never shown. *budget* is asked before each pause;
    *journal* is told of each finished step. *begun* is the number of the last step begun.
    """

    scenario: Scenario
    client: Any
    codec: Codec
    cassette: Path
    last: Callable[[], Interaction | None]
    safe: Callable[[str], str]
    on_progress: Callable[[Progress], None]
    sleep: Callable[[float], None]
    poll_interval: float | None = None
    budget: Budget = field(default_factory=Budget)
    journal: Journal | None = None
    saved: dict[str, Any] = field(default_factory=dict, repr=False)
    begun: int = 0

    def run(self, repeat_last: Callable[[], None]) -> None:
        """Make all calls; raises `RecordingFailed` with the step that failed, `Interrupted` for Ctrl-C."""
        for step in self.scenario.steps:
            name = self.name(step)
            self.begun = step.number
            if self.journal is not None and step.number == self.journal.stuck:
                self.saved.update(self.journal.known)
                raise RecordingFailed(str(self.cassette), name, _STUCK, _LOOK.format(self.journal.path))
            if self.journal is not None and step.number in self.journal.finished:
                self.saved.update(self.journal.finished[step.number])
                continue
            try:
                self._step(step)
                if step.repeat:
                    repeat_last()
                self._done(step)
            except _Failed as failed:
                # Without its cause, which quotes the answer: a traceback would print it.
                raise RecordingFailed(str(self.cassette), name, failed.reason, failed.fix) from None
            except KeyboardInterrupt:
                raise Interrupted(str(self.cassette), name, "interrupted") from None
            except BudgetSpent as error:
                raise RecordingFailed(str(self.cassette), name, error.reason, error.fix) from None
            except NetworkBlocked as error:
                reason = f"{error.host} was to be asked, and with a custom endpoint nothing goes anywhere else"
                raise RecordingFailed(str(self.cassette), name, reason) from None
            except (BototapeError, BotoCoreError, ResponseParserError, OSError) as error:
                raise RecordingFailed(str(self.cassette), name, self.safe(_one_line(error))) from None

    def _done(self, step: Step) -> None:
        if self.journal is not None:
            saved = {name: self.saved[name] for name, _ in step.save}
            told = self._told() if step.save and not step.paginate else None
            scrubbed = {name: _search(expression, told) for name, expression in step.save}
            self.journal.done(step.number, saved, scrubbed, is_clean=self._is_clean(saved))

    def _is_clean(self, saved: Mapping[str, Any]) -> bool:
        try:
            text = json.dumps(saved)
        except TypeError:  # a moment, a blob
            return False
        return self.safe(text) == text

    def clean_up(self) -> list[str]:
        """
        Make the calls of the clean-up, if any step was begun, and return how each went, scrubbed.

        One that fails keeps none of the others from being made; one that needs a value that was never saved is left
        out.
        """
        steps = self.scenario.cleanup if self.begun else ()
        told = [self._cleaned(step) for step in steps]
        if told and self.journal is not None:
            self.journal.cleaned(wholly=all(each.endswith(_DONE) for each in told))
        return told

    def _cleaned(self, step: Step) -> str:
        missing = next((name for _, name in references(step.parameters) if name not in self.saved), None)
        if missing is not None:
            return f"{step.called}, {step.operation}: left out, for nothing saved {missing!r}"
        try:
            self._step(step)
        except _Failed as failed:
            return f"{step.called}, {step.operation}: FAILED: {failed.reason}"
        except (BototapeError, BotoCoreError, ResponseParserError, OSError) as error:
            return f"{step.called}, {step.operation}: FAILED: {self.safe(_one_line(error))}"
        return f"{step.called}, {step.operation}{_DONE}"

    def name(self, step: Step) -> str:
        """Return what messages call *step*."""
        return f"{step.called}, {step.operation} ({self.scenario.path}:{step.line})"

    def _step(self, step: Step) -> None:
        parameters = fill(dict(step.parameters), self.saved)
        make = self._pages if step.paginate else self._polls if step.until else self._once
        answer = make(step, parameters)
        for name, expression in step.save:
            value = _search(expression, answer)
            if value is None:
                raise _Failed(f"cannot save {name!r}: {expression!r} gives nothing in the answer")
            self.saved[name] = value

    def _tell(self, step: Step, answers: int, state: Literal["running", "done"]) -> None:
        if step.section == "steps":
            self.on_progress(Progress(self.scenario, step, answers, state))

    def _once(self, step: Step, parameters: Mapping[str, Any]) -> Any:
        answer = self._call(step, parameters)
        self._tell(step, 1, "done")
        return answer

    def _polls(self, step: Step, parameters: Mapping[str, Any]) -> Any:
        interval = step.interval_seconds if self.poll_interval is None else self.poll_interval
        for poll in range(1, step.max_polls + 1):
            answer = self._call(step, parameters)
            if all(_holds(each, answer) for each in step.until):
                self._tell(step, poll, "done")
                return answer
            self._tell(step, poll, "running")
            if poll < step.max_polls:
                if step.section == "steps":
                    self.budget.lasts(interval)
                self.sleep(interval)
        unmet = next(each for each in step.until if not _holds(each, answer))
        raise _Failed(self._unreached(step, unmet), "raise max_polls or interval_seconds, or add the value to 'until'")

    def _unreached(self, step: Step, unmet: Until) -> str:
        wanted = " or ".join(json.dumps(each) for each in unmet.values)
        found = _search(unmet.expression, self._told()) if step.section == "steps" else None
        polls = "1 poll" if step.max_polls == 1 else f"{step.max_polls} polls"
        is_now = f"; it is {json.dumps(found)}" if step.section == "steps" else ""
        return f"{unmet.expression} did not become {wanted} in {polls}{is_now}"

    def _pages(self, step: Step, parameters: Mapping[str, Any]) -> Any:
        paginator = self.client.get_paginator(xform_name(step.operation))
        pages = iter(islice(paginator.paginate(**parameters), step.max_pages))
        whole: dict[str, Any] = {}
        count = 0
        while (page := self._answer(step, lambda: next(pages, None))) is not None:
            whole = _joined(whole, page, paginator.result_keys) if count else page
            count += 1
            self._tell(step, count, "running")
        self._tell(step, count, "done")
        return whole

    def _call(self, step: Step, parameters: Mapping[str, Any]) -> Any:
        return self._answer(step, lambda: getattr(self.client, xform_name(step.operation))(**parameters))

    def _answer(self, step: Step, call: Callable[[], Any]) -> Any:
        try:
            answer = call()
        except ClientError as error:
            return self._error(step, error)
        except ParamValidationError as error:
            # Its text shows values, and a saved one may be a real identifier.
            raise _Failed("a saved value does not fit the parameter it was filled into") from error
        if step.expect_error:
            raise _Failed(f"expected the error {step.expect_error}, but the call succeeded")
        return answer

    def _error(self, step: Step, error: ClientError) -> Any:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if error.operation_name != step.operation:  # credentials were to be renewed
            raise _Failed(*not_fetched(self.safe(code), error.operation_name)) from error
        if code == step.expect_error:
            return {}
        code = self.safe(code)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "?")
        expected = f"expected the error {step.expect_error}, " if step.expect_error else ""
        said = self._said(step, error)
        reason = f"{expected}the service answered {code} (HTTP {status}){': ' + said if said else ''}"
        action = f"{self.client.meta.service_model.signing_name}:{step.operation}"
        known = advice(code, said, action, self.scenario.path)
        raise _Failed(reason, known or f"expect_error: {code} if this answer is wanted") from error

    def _said(self, step: Step, error: ClientError) -> str:
        """Return the message of *error*, scrubbed; what a clean-up is told is in no recording."""
        if step.section == "steps":
            return _message(self._told())
        return self.safe(str(error.response.get("Error", {}).get("Message", "")))

    def _told(self) -> Any:
        """Return what the newest answer says, scrubbed, by the members' names; None if that cannot be told."""
        interaction = self.last()
        call = interaction.call if interaction else None
        operation = self.codec.service.operations.get(call.operation) if call else None
        if interaction is None or call is None or operation is None:
            return None
        try:
            return self.codec.decode_response(operation, interaction.response, call.protocol).instance
        except WireError:
            return None


def _search(expression: str, answer: Any) -> Any:
    try:
        return jmespath.search(expression, answer)
    except jmespath.exceptions.JMESPathError as error:
        # Its text shows values of the answer.
        raise _Failed(f"{expression!r} does not work on the answer") from error


def _holds(until: Until, answer: Any) -> bool:
    found = _search(until.expression, answer)
    return any(found == each and isinstance(found, bool) == isinstance(each, bool) for each in until.values)


def _joined(whole: dict[str, Any], page: dict[str, Any], result_keys: list[Any]) -> dict[str, Any]:
    for key in result_keys:
        found, more = key.search(whole), key.search(page)
        if isinstance(found, list) and isinstance(more, list):
            set_value_from_jmespath(whole, key.expression, found + more)
    return whole


def _message(answer: Any) -> str:
    found = (answer.get("message") or answer.get("Message")) if isinstance(answer, dict) else None
    return found if isinstance(found, str) else ""


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
