"""The steps of invented cases: short names for what people do, so that a story reads like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from portal.domain.lifecycle import Answer, CloseReason, LetterKind, Proof, SendingChannel
from portal.domain.regimes import NoticeField
from portal.services.casefile.queue import listing as queue
from portal.services.cases import erasure, handover, messages
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints import complaints
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.demo.fill import Act, DemoStage, StoryStep
from portal.services.letters import letters, threats
from portal.services.letters.further import FurtherWords
from portal.services.ports import PERSON
from portal.services.requests import preparing, statements
from portal.services.requests.dossier import REQUEST_LETTERS, read_dossier
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.statements import StatementCommand
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import RemindedCommand, SentCommand


def after(act: Act, *, days: float = 0, hours: float = 0) -> StoryStep:
    return StoryStep(after=timedelta(days=days, hours=hours), act=act)


def take(login: str) -> Act:
    """A member of staff carries the case from here."""
    return lambda stage: queue.assign(stage.work, stage.staff[login])


def send(
    number: int, *, ticket: str = "", proven_minutes: int | None = None, by: SendingChannel = SendingChannel.FORM
) -> Act:
    """The request leaves; with `proven_minutes` its receipt is proven so long before the step is written down."""

    def act(stage: DemoStage) -> None:
        confirm(number)(stage)
        minutes = timedelta(minutes=proven_minutes) if proven_minutes is not None else None
        sent_at = stage.work.now - (minutes or timedelta()) - timedelta(minutes=2)
        received_at = stage.work.now - minutes if minutes is not None else None
        view = request_page.request_view(stage.work, number)
        used = next((each.address for each in view.channels if each.via is by), "")
        proof = (Proof.TICKET if ticket else Proof.CONFIRMATION) if received_at else None
        command = SentCommand(
            has_checked=True,
            channel=by,
            sent_at=sent_at,
            received_at=received_at,
            proof=proof,
            ticket=ticket,
            address=used,
        )
        said = stage.work.at(sent_at - timedelta(minutes=25))
        state(number)(replace(stage, work=said))
        letters.make_missing_letter(stage.work.at(sent_at - timedelta(minutes=20)), number)
        sending.record_sent(stage.work, number, command)

    return act


def state(number: int) -> Act:
    """The person says on their own page what the letter says above the signature, for this letter and on this day."""

    def act(stage: DemoStage) -> None:
        dossier = read_dossier(stage.work, number)
        wanted = frozenset(statements.list_wanted(dossier)) - statements.SWORN
        if wanted and dossier.statement is None:
            _say(stage, StatementCommand(numbers=(number,), statements=wanted, signature=stage.work.report.name))

    return act


def _say(stage: DemoStage, command: StatementCommand) -> None:
    statements.state(replace(stage.work, actor=PERSON), command)


def confirm(number: int) -> Act:
    """Somebody has looked up what the portal knows from memory only, and says that it is right."""

    def act(stage: DemoStage) -> None:
        view = request_page.request_view(stage.work, number)
        facts = tuple(problem.confirm for problem in view.problems if problem.confirm)
        if facts:
            give(number, confirmed=facts)(stage)

    return act


def answer(
    number: int, meaning: Answer, text: str, *, items: tuple[int, ...] = (), longer_days: int | None = None
) -> Act:
    """The recipient answers."""

    def act(stage: DemoStage) -> None:
        until = (stage.work.now + timedelta(days=longer_days)).date() if longer_days else None
        command = AnswerCommand(answer=meaning, at=stage.work.now, text=text, extension_until=until, items=items)
        answers.log_answer(stage.work, number, command)

    return act


def give(number: int, **details: object) -> Act:
    """What a law asks besides is given for one request."""
    command = replace(DetailsCommand(), **details)  # type: ignore[arg-type]
    return lambda stage: preparing.set_details(stage.work, number, command)


def remind(number: int, *, by: SendingChannel = SendingChannel.FORM) -> Act:
    """A reminder is made, and leaves an hour later."""

    def act(stage: DemoStage) -> None:
        made = letters.make_letter(stage.work.at(stage.work.now - timedelta(hours=1)), LetterKind.REMINDER, number)
        view = request_page.request_view(stage.work, number)
        used = next((each.address for each in view.channels if each.via is by), "")
        command = RemindedCommand(at=stage.work.now, channel=by, letter=made.number, address=used)
        sending.record_reminded(stage.work, number, command)

    return act


def make_letter(number: int, kind: LetterKind, *, topic: str = "", company: str = "") -> Act:
    words = FurtherWords(topic=topic, company=company)

    def act(stage: DemoStage) -> None:
        if kind in REQUEST_LETTERS.values():
            state(number)(stage)
        letters.make_letter(stage.work, kind, number, words=words)

    return act


def make_threat_paper(command: threats.ThreatCommand) -> Act:
    def act(stage: DemoStage) -> None:
        threats.make_threat_paper(stage.work, command)

    return act


def ask_erasure(number: int) -> Act:
    def act(stage: DemoStage) -> None:
        preparing.prepare_erasure(stage.work, number)

    return act


def claim_copyright(number: int, made: int) -> Act:
    """A copyright notice of its own, request `made`, that the person swears for on their own page."""

    def act(stage: DemoStage) -> None:
        preparing.prepare_copyright(stage.work, number)
        sworn = frozenset({NoticeField.GOOD_FAITH, NoticeField.ACCURACY, NoticeField.PERJURY})
        _say(stage, StatementCommand(numbers=(made,), statements=sworn, signature=stage.work.report.name))

    return act


def close_request(number: int) -> Act:
    return lambda stage: sending.close_request(stage.work, number)


def gone(item: int) -> Act:
    return lambda stage: answers.mark_gone(stage.work, item)


def back(item: int) -> Act:
    return lambda stage: answers.mark_back(stage.work, item)


def complain(regime: str, regulator: str, *numbers: int, wish: str = "") -> Act:
    """A complaint is prepared, and its bundle is made."""

    def act(stage: DemoStage) -> None:
        complaints.prepare(stage.work, regime, regulator, numbers, wish=wish)

    return act


def lodge(number: int, *, ticket: str) -> Act:
    def act(stage: DemoStage) -> None:
        command = LodgedCommand(has_checked=True, at=stage.work.now - timedelta(minutes=5), ticket=ticket)
        complaints.record_lodged(stage.work, number, command)

    return act


def body_answers(number: int, meaning: ComplaintAnswer, text: str) -> Act:
    """The authority answers."""

    def act(stage: DemoStage) -> None:
        command = ComplaintAnswerCommand(at=stage.work.now, text=text, meaning=meaning)
        complaints.log_complaint_answer(stage.work, number, command)

    return act


def person_writes(text: str) -> Act:
    def act(stage: DemoStage) -> None:
        messages.send_message(replace(stage.work, actor=PERSON), text)

    return act


def team_writes(text: str) -> Act:
    return lambda stage: messages.send_message(stage.work, text)


def note(text: str) -> Act:
    return lambda stage: messages.add_note(stage.work, text)


def close_case(note: str) -> Act:
    return lambda stage: handover.close(stage.work, reason=CloseReason.REMOVED, note=note)


def erase() -> Act:
    return lambda stage: erasure.erase(stage.work)
