"""Invented facts for letters of every kind: reserved domains and numbers, names nobody bears, hard text on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from portal.domain.clocks import ClockState
from portal.domain.letters.facts import (
    AnswerFact,
    ChronologyRow,
    ComplaintFacts,
    ContentFact,
    CopyrightFacts,
    ErasureFacts,
    Exhibit,
    FollowUpFacts,
    LetterFacts,
    LetterHeader,
    LinkFact,
    NextStepFact,
    NoticeFacts,
    Party,
    Recipient,
    ReminderFacts,
    Reporter,
    SenderOrganisation,
    SentFact,
    Signature,
    StatedFact,
    SupplierFacts,
    ThreatFacts,
)
from portal.domain.letters.kinds import (
    ComplaintAsk,
    ErasureAsk,
    ExhibitKind,
    FollowUp,
    IdentityOffer,
    Paper,
    StatedBy,
    Statement,
    Supplier,
)
from portal.domain.letters.law_facts import (
    BasisFact,
    ClockFact,
    DutyFact,
    ElementFact,
    SourceFact,
    StatementFact,
    StepFact,
    StepValue,
    WordingFact,
)
from portal.domain.lifecycle import Answer, Depiction, Filer, ItemState, LetterKind, SendingChannel
from portal.domain.regimes import Binding, Confidence, LetterAsk, NoticeField, ObligedParty, RegimeKind, Trigger, Unit

WRITTEN_AT = datetime(2026, 11, 22, 20, 4, tzinfo=UTC)
SIGNED_AT = WRITTEN_AT - timedelta(minutes=12)
RECEIVED_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
NAME = "Zuzana Kráľovičová-Sample"
EMAIL = "zuzana.sample@example.org"
PHONE = "+64 4 555 0142"
STREET = "17 Invented Lane"
ARABIC = "نُشرت هذه الصور دون موافقتي، وقد طلبت حذفها مرتين."
KOREAN = "제 동의 없이 게시된 영상입니다. 삭제를 요청합니다."

SOURCE = SourceFact(
    url="https://laws.example/usc/47/223a", supports="the period of 48 hours", seen_on=date(2026, 11, 22), official=True
)


def frame(paper: Paper = Paper.A4, *, reference: str = "RC-7K2M-9TQX/N1") -> LetterHeader:
    return LetterHeader(
        reference=reference,
        language="en",
        paper=paper,
        written_at=WRITTEN_AT,
        zone="Pacific/Auckland",
        organisation=SenderOrganisation(
            name="Harbour Helpline",
            address_lines=("PO Box 555", "Wellington 6140", "New Zealand"),
            email="letters@helpline.example",
            phone="+64 4 555 0100",
            website="https://helpline.example",
        ),
        recipient=Recipient(
            name="Examplebook Platforms, Inc.",
            department="Designated agent for notices",
            address_lines=("1 Example Way", "San Francisco, CA 94100", "United States"),
            channel=SendingChannel.EMAIL,
            contact="notices@examplebook.example",
            country="US",
        ),
        reporter=Reporter(
            role=Filer.SELF,
            name=NAME,
            email=EMAIL,
            phone=PHONE,
            address_lines=(STREET, "Wellington 6011"),
            country="NZ",
            country_name="New Zealand",
        ),
        signature=Signature(name=NAME, signed_at=WRITTEN_AT - timedelta(minutes=12)),
    )


def links(count: int = 30) -> tuple[LinkFact, ...]:
    rows = [
        LinkFact(number=1, platform="Examplebook", url="https://www.examplebook.example/p/zuzana.sample.99/photos/1")
    ]
    long_path = "a-very-long-path-segment-that-has-to-wrap/" * 3
    for number in range(2, count):
        tail = f"{long_path}{number}?v={'0123456789abcdef' * 4}" if number % 7 == 0 else f"{10**14 + number * 7919}"
        rows.append(LinkFact(number=number, platform="Examplebook", url=f"https://www.examplebook.example/v/{tail}"))
    words = "The account “late night clips” in the group of the same name, third post from the top"
    rows.append(LinkFact(number=count, platform="Examplebook", description=words))
    return tuple(rows)


def clock(*, missed: bool = False) -> ClockFact:
    start = RECEIVED_AT if missed else WRITTEN_AT
    end = start + timedelta(hours=48)
    return ClockFact(
        regime_id="us-take-it-down",
        rule_id="remove",
        label="remove the image and make reasonable efforts to remove known identical copies",
        owed_by=ObligedParty.PLATFORM,
        binding=Binding.DUTY,
        trigger=Trigger.NOTICE_RECEIVED,
        amount=48,
        unit=Unit.HOURS,
        zone="America/Los_Angeles",
        counting="elapsed-hours",
        started_at=start,
        due_at=end,
        estimated=not missed,
        state=ClockState.MISSED if missed else None,
        steps=(
            StepFact(at=start.isoformat(), text="Every hour counts, on all days, at night and on holidays."),
            StepFact(
                at=end.isoformat(),
                text="48 hours later.",
                key="%(hours)s hours later it is %(end)s.",
                values=(StepValue(name="hours", number=48), StepValue(name="end", at=end)),
            ),
        ),
        sources=(SOURCE,),
        version="2026-11-22.1",
    )


def month_clock(*, missed: bool = False) -> ClockFact:
    last = date(2026, 12, 3) if missed else date(2026, 12, 22)
    return ClockFact(
        regime_id="eu-gdpr-17",
        rule_id="respond",
        label="tell the person what was done about the request",
        owed_by=ObligedParty.CONTROLLER,
        binding=Binding.DUTY,
        trigger=Trigger.NOTICE_RECEIVED,
        amount=1,
        unit=Unit.MONTHS,
        zone="Europe/Dublin",
        counting="eu-1182-71",
        started_at=RECEIVED_AT if missed else WRITTEN_AT,
        due_at=datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC),
        last_day=last,
        state=ClockState.RUNNING if missed else None,
        steps=(
            StepFact(at="2026-11-22", text="The day of receipt is not counted."),
            StepFact(at=last.isoformat(), text="One month ends with the day of the same date."),
        ),
        sources=(replace(SOURCE, url="https://laws.example/eu/1182-71", supports="how months are counted"),),
        calendar_version="holidays 0.109 (IE)",
        zone_version="tzdata 2026.6",
        version="2026-11-22.1",
    )


def take_it_down(*, missed: bool = False) -> BasisFact:
    return BasisFact(
        regime_id="us-take-it-down",
        name="TAKE IT DOWN Act, notice and removal",
        citation="Pub. L. 119-12, secs. 3 and 4; 47 U.S.C. 223a",
        kind=RegimeKind.REMOVAL,
        basis=(
            "Under 47 U.S.C. 223a(a), a covered platform that receives a valid removal request must remove the "
            "intimate visual depiction, and make reasonable efforts to find and remove known identical "
            "copies of it, as soon as possible and not later than 48 hours after it receives the request."
        ),
        version="2026-11-22.1",
        reason="The platform serves the public in the United States and mainly offers a place for what users post.",
        identical_copies=True,
        elements=(
            ElementFact(
                key="signature",
                label="your signature",
                value="at the end of the letter",
                proofs=(NoticeField.SIGNATURE,),
            ),
            ElementFact(
                key="locate",
                label="where it is",
                value="30 places",
                proofs=(NoticeField.DEPICTION, NoticeField.LOCATION),
            ),
            ElementFact(key="contact", label="a way to reach you", value=EMAIL, proofs=(NoticeField.CONTACT,)),
        ),
        clocks=(clock(missed=missed),),
        sources=(SOURCE,),
        wording=WordingFact(
            title="47 U.S.C. 223a removal request",
            limit="as soon as possible, and not later than 48 hours after you receive it (47 U.S.C. 223a(a)(3))",
            says=("This is a removal request under 47 U.S.C. 223a(a)(1)(B).",),
            statements=(
                StatementFact(
                    states=(NoticeField.GOOD_FAITH,),
                    text="I have a good faith belief that the depictions were published without my consent.",
                ),
            ),
            duties=(
                DutyFact(
                    text="Not later than 48 hours after you receive this request, you must remove the depictions.",
                    rule="remove",
                    asks=(LetterAsk.REMOVE,),
                ),
                DutyFact(
                    text="You must make reasonable efforts to identify and remove any known identical copies.",
                    rule="remove",
                    asks=(LetterAsk.COPIES,),
                ),
            ),
            requests=("I ask you to name the provision for each link that you leave up.",),
        ),
    )


def data_protection(*, missed: bool = False) -> BasisFact:
    return BasisFact(
        regime_id="eu-gdpr-17",
        name="General Data Protection Regulation, erasure",
        citation="Regulation (EU) 2016/679, Arts. 17 and 12(3)",
        kind=RegimeKind.ERASURE,
        basis=(
            "Under Articles 17 and 12(3) of Regulation (EU) 2016/679, the controller must erase personal data without "
            "undue delay where a ground of Article 17(1) applies, and must tell the person what it has done without "
            "undue delay and in any event within one month of receiving the request."
        ),
        version="2026-11-22.1",
        reason="The controller is established in the European Union.",
        clocks=(month_clock(missed=missed),),
        sources=(replace(SOURCE, url="https://laws.example/eu/2016-679"),),
    )


def harmful_communications() -> BasisFact:
    safe = replace(
        clock(),
        regime_id="nz-hdca-24",
        rule_id="a-forward",
        label="send the author a copy of the notice",
        binding=Binding.SAFE_HARBOUR,
        started_at=None,
        due_at=None,
        steps=(),
    )
    return BasisFact(
        regime_id="nz-hdca-24",
        name="Harmful Digital Communications Act, notice of complaint",
        citation="Harmful Digital Communications Act 2015 (2015 No 63), ss 23 to 25",
        kind=RegimeKind.REMOVAL,
        basis="A content host that passes this notice on in time is protected from proceedings about the content.",
        version="2026-11-22.2",
        binding=Binding.SAFE_HARBOUR,
        clocks=(safe,),
        confidence=Confidence.MEDIUM,
    )


def content(explanation: str | None = f"{ARABIC}\n{KOREAN}\nI have asked twice.") -> ContentFact:
    return ContentFact(depiction=Depiction.REAL, explanation=explanation)


def notice(paper: Paper = Paper.A4, *, count: int = 30) -> NoticeFacts:
    return NoticeFacts(
        frame=frame(paper),
        content=content(),
        links=links(count),
        bases=(take_it_down(), data_protection(), harmful_communications()),
        statements=(Statement.GOOD_FAITH, Statement.ACCURACY),
        may_pass_identity=False,
    )


def sent(number: int = 1) -> SentFact:
    return SentFact(
        reference=f"RC-7K2M-9TQX/N{number}",
        kind=LetterKind.NOTICE,
        recipient="Examplebook Platforms, Inc.",
        channel=SendingChannel.EMAIL,
        sent_at=RECEIVED_AT - timedelta(minutes=2),
        received_at=RECEIVED_AT,
        is_receipt_proven=True,
        ticket="EXB-2026-0099123",
        digest="7f" * 32,
        exhibit=1,
        text=(f"I am {NAME}.", "Your service shows content at 30 places.", *(each.url or "" for each in links(8))),
    )


def answer() -> AnswerFact:
    return AnswerFact(
        at=RECEIVED_AT + timedelta(days=2),
        sender="Examplebook Platforms, Inc.",
        meaning=Answer.REFUSED,
        notice="RC-7K2M-9TQX/N1",
        ticket="EXB-2026-0099123",
        text=f"Dear {NAME},\nwe found no violation of our rules.\nThe safety team",
        exhibit=2,
    )


def reminder(paper: Paper = Paper.A4) -> ReminderFacts:
    return ReminderFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/R2"),
        content=content(None),
        notice=sent(),
        links=links(12),
        bases=(take_it_down(missed=True), data_protection(missed=True)),
        answers=(answer(),),
        next_steps=(
            NextStepFact(body="Federal Trade Commission", basis="47 U.S.C. 223a(b)"),
            NextStepFact(body="Data Protection Commission, Ireland", basis="Regulation (EU) 2016/679, Art. 77"),
        ),
    )


def erasure(paper: Paper = Paper.A4) -> ErasureFacts:
    return ErasureFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/E3"),
        content=content(),
        links=links(12),
        bases=(data_protection(),),
        grounds=("The data are processed unlawfully (Article 17(1)(d)).", "No consent was given (Article 17(1)(b))."),
        asks=(ErasureAsk.ERASE, ErasureAsk.TELL_OTHERS, ErasureAsk.STOP_PROCESSING),
        identity=IdentityOffer.REPLY_ADDRESS,
        statements=(Statement.ACCURACY,),
    )


def copyright_law() -> BasisFact:
    return replace(
        harmful_communications(),
        regime_id="us-dmca-512",
        name="Digital Millennium Copyright Act, notice and takedown",
        citation="17 U.S.C. 512(c)",
        kind=RegimeKind.COPYRIGHT,
        basis="A service keeps its protection only if it acts expeditiously to remove what a proper notice names.",
        clocks=(),
    )


def _sworn(statement: Statement) -> StatedFact:
    return StatedFact(statement=statement, at=SIGNED_AT, by=StatedBy.PERSON, is_for_letter=True)


def copyright_notice(paper: Paper = Paper.A4) -> CopyrightFacts:
    sworn = (Statement.COPYRIGHT_GOOD_FAITH, Statement.COPYRIGHT_OWNER, Statement.PERJURY)
    return CopyrightFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/C4"),
        work="The picture or video at the places listed, which the person made themselves.",
        links=links(3),
        bases=(copyright_law(),),
        statements=sworn,
        stated=tuple(
            StatedFact(statement=each, at=SIGNED_AT, by=StatedBy.PERSON, is_for_letter=True) for each in sworn
        ),
    )


def follow_up(paper: Paper = Paper.A4, topic: FollowUp = FollowUp.NOT_VIOLATION) -> FollowUpFacts:
    return FollowUpFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/F5"),
        content=content(None),
        topic=topic,
        notice=sent(),
        links=tuple(replace(link, state_at=WRITTEN_AT, removed_at=RECEIVED_AT) for link in links(3)),
        bases=(take_it_down(),),
        answers=(answer(),),
        given="My answer in my own words.",
        statements=(Statement.GOOD_FAITH,),
    )


def supplier(paper: Paper = Paper.A4, role: Supplier = Supplier.HOST) -> SupplierFacts:
    return SupplierFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/S6"),
        content=content(None),
        role=role,
        site="pictures.example",
        links=links(4),
        notice=sent(),
        statements=(Statement.ACCURACY,),
    )


def preservation(paper: Paper = Paper.A4) -> ThreatFacts:
    return ThreatFacts(
        frame=frame(paper, reference="RC-7K2M-9TQX/T7"),
        content=content(None),
        accounts=("@late.night.clips", "+64 4 555 0199"),
        threat=f"He wrote to me, {NAME}, that he sends it to all my friends.",
        threatened_on="the evening of 20 November 2026",
        statements=(Statement.ACCURACY,),
    )


def police(paper: Paper = Paper.A4) -> ThreatFacts:
    header = replace(
        frame(paper, reference="RC-7K2M-9TQX/P8"),
        recipient=Recipient(name="Police", channel=SendingChannel.POST, country="NZ"),
    )
    return replace(preservation(paper), frame=header, is_for_police=True)


def competence() -> BasisFact:
    return replace(
        data_protection(),
        regime_id="eu-gdpr-77",
        name="General Data Protection Regulation, complaint to an authority",
        citation="Regulation (EU) 2016/679, Arts. 77 and 78(2)",
        kind=RegimeKind.COMPLAINT,
        basis=(
            "Under Articles 77 and 78(2) of Regulation (EU) 2016/679, the authority must handle the complaint and tell "
            "the person of its progress or outcome within three months."
        ),
        reason="The organisation complained about has its main establishment in Ireland.",
        clocks=(
            replace(
                month_clock(),
                regime_id="eu-gdpr-77",
                label="tell the person of the progress or the outcome",
                owed_by=ObligedParty.REGULATOR,
                trigger=Trigger.COMPLAINT_RECEIVED,
                amount=3,
                started_at=None,
                due_at=None,
                last_day=None,
                steps=(),
            ),
        ),
    )


def complaint(paper: Paper = Paper.A4) -> ComplaintFacts:
    return ComplaintFacts(
        frame=replace(
            frame(paper, reference="RC-7K2M-9TQX/C4"),
            recipient=Recipient(
                name="Data Protection Commission",
                address_lines=("6 Example Square South", "Dublin 2", "Ireland"),
                channel=SendingChannel.FORM,
                contact="https://forms.regulator.example/complaint",
                country="IE",
            ),
        ),
        content=content(),
        party=Party(
            name="Examplebook",
            legal_name="Examplebook Platforms Ireland Limited",
            address_lines=("4 Example Canal Square", "Dublin"),
            country="IE",
        ),
        competence=competence(),
        links=tuple(
            replace(link, state=ItemState.REFUSED if link.number % 3 else ItemState.REMOVED, state_at=RECEIVED_AT)
            for link in links()
        ),
        bases=(take_it_down(missed=True), data_protection(missed=True)),
        notices=(sent(),),
        answers=(answer(),),
        chronology=(
            ChronologyRow(
                at=RECEIVED_AT - timedelta(days=1), what="The report was made.", source="recorded by the portal"
            ),
            ChronologyRow(
                at=RECEIVED_AT,
                what="The platform received notice RC-7K2M-9TQX/N1.",
                source="the platform's confirmation",
                exhibit=1,
            ),
            ChronologyRow(
                at=RECEIVED_AT + timedelta(days=2),
                what="The platform refused.",
                detail="We found no violation of our rules.",
                source="the platform's e-mail",
                exhibit=2,
            ),
        ),
        exhibits=(
            Exhibit(
                number=1,
                kind=ExhibitKind.NOTICE,
                title="Notice RC-7K2M-9TQX/N1 as sent",
                digest="7f" * 32,
                media="application/pdf",
                size=23_412,
                dated_at=RECEIVED_AT,
            ),
            Exhibit(
                number=2,
                kind=ExhibitKind.ANSWER,
                title="Answer of the platform",
                digest="0c" * 32,
                media="message/rfc822",
                size=8_201,
                file_name="Re_ your report Zuzana.eml",
                dated_at=RECEIVED_AT + timedelta(days=2),
            ),
        ),
        asks=(
            ComplaintAsk.INVESTIGATE,
            ComplaintAsk.ORDER_ERASURE,
            ComplaintAsk.ORDER_ANSWER,
            ComplaintAsk.KEEP_INFORMED,
        ),
        wish="That the account of Zuzana's imitator is closed.",
        statements=(Statement.ACCURACY,),
        may_pass_identity=True,
        history_digest="a1" * 32,
    )


def long_complaint(paper: Paper = Paper.A4) -> ComplaintFacts:
    """As large as a real case gets: some 60 pages."""
    base = complaint(paper)
    text = (base.notices[0].text[0], *("A paragraph of a letter that was sent. " * 12 for _ in range(14)))
    notices = tuple(
        replace(sent(number), text=(*text, *(each.url or "" for each in links(30)))) for number in range(1, 13)
    )
    rows = tuple(
        replace(base.chronology[number % 3], at=RECEIVED_AT + timedelta(hours=number * 5)) for number in range(900)
    )
    exhibits = tuple(replace(base.exhibits[0], number=number, digest=f"{number:064x}") for number in range(1, 301))
    return replace(base, links=links(300), notices=notices, chronology=rows, exhibits=exhibits)


SAMPLES: Mapping[LetterKind, Callable[[Paper], LetterFacts]] = {
    LetterKind.NOTICE: notice,
    LetterKind.REMINDER: reminder,
    LetterKind.ERASURE: erasure,
    LetterKind.COMPLAINT: complaint,
    LetterKind.COPYRIGHT: copyright_notice,
    LetterKind.FOLLOW_UP: follow_up,
    LetterKind.SUPPLIER: supplier,
    LetterKind.PRESERVATION: preservation,
    LetterKind.POLICE: police,
}
