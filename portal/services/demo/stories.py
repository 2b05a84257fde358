"""The invented cases: between them they show every state of a case, a link, a request and a complaint.

Names mean "example" in some language, e-mail addresses are under example.org, telephone numbers are reserved for
fiction, and every path on a real platform is made up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import Answer, Depiction, Filer, Handler, LetterKind, SendingChannel
from portal.domain.report import ContactBy, NameKind, Report, ReportedPlace, YesNo
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.demo.fill import ADVOCATE, COLLEAGUE, SECOND_TEAM, SUPERVISOR, Story
from portal.services.demo.steps import (
    after,
    answer,
    ask_erasure,
    back,
    body_answers,
    claim_copyright,
    close_case,
    close_request,
    complain,
    erase,
    give,
    gone,
    lodge,
    make_letter,
    make_threat_paper,
    note,
    person_writes,
    remind,
    send,
    take,
    team_writes,
)
from portal.services.letters.threats import ThreatCommand

SHOWN = "kiri"  # the case whose recovery words are printed

ADULT = Report(
    filer=Filer.SELF,
    under_18=YesNo.NO,
    depiction=Depiction.REAL,
    is_online=YesNo.YES,
    found_on=date(2026, 1, 1),  # replaced for each story
    how_found="A friend told me.",
    explanation="These were private. I never agreed that anybody else sees them.",
    took_it=YesNo.NO,
    contact_by=ContactBy.EMAIL,
    share_with_platforms=True,
    share_with_regulators=True,
    handler=Handler.TEAM,
    name_kind=NameKind.LEGAL,
)


def make_stories(today: date) -> tuple[Story, ...]:
    """All stories; days on which something was found lie before `today`."""
    return tuple(replace(story, report=_dated(story, today)) for story in STORIES)


def _dated(story: Story, today: date) -> Report:
    if story.report.found_on is None:
        return story.report
    return replace(story.report, found_on=today - story.age - timedelta(days=1))


def _person(name: str, country: str, **changes: object) -> Report:
    first = name.partition(" ")[0].lower()
    reachable = {"name": name, "email": f"{first}@example.org", "phone": "+1 202 555 0142"}
    base = replace(ADULT, country=country, postal_address="1 Invented Street, Exampleton")
    return replace(base, **reachable, **changes)  # type: ignore[arg-type]


KIRI = Story(
    key="kiri",
    age=timedelta(days=9, hours=3),
    report=_person("Kiri Tauira", "NZ"),
    links="""
        https://x.com/invented_account/status/1000000000000000001 https://x.com/invented_account/status/1000000000000000002
        https://www.instagram.com/p/Invented01/ https://www.instagram.com/reel/Invented02/
        https://www.reddit.com/r/invented_place/comments/inv001/no_such_post/
        https://www.pornhub.com/view_video.php?viewkey=invented0001 https://www.pornhub.com/view_video.php?viewkey=invented0002
        https://t.me/invented_channel/17 https://t.me/invented_channel/18
        https://gallery.example.org/albums/invented/7
    """,
    steps=(
        after(take(ADVOCATE[0]), hours=2),
        after(note("Safe to write to until four in the afternoon only."), hours=2),
        after(send(1, ticket="INV-20418", proven_minutes=3), hours=3),
        after(send(2, ticket="INV-IG-77", proven_minutes=2), hours=3.2),
        after(send(3, ticket="INV-RD-5512"), hours=3.4),
        after(send(4, ticket="INV-AY-908", proven_minutes=4), hours=3.6),
        after(send(5, by=SendingChannel.EMAIL), hours=3.8),
        after(answer(3, Answer.ACKNOWLEDGED, "We have received your report and will review it."), hours=5),
        after(answer(4, Answer.REMOVED, "The videos have been removed."), days=1),
        after(answer(2, Answer.REMOVED, "We removed this post.", items=(3,)), days=1.5),
        after(answer(5, Answer.REFUSED, "This does not go against our rules."), days=2),
        after(person_writes("One of the videos seems to be there again. What now?"), days=6),
        after(back(7), days=6.1),
        after(team_writes("We saw your message. A new request for it is ready, and we send it today."), days=6.2),
        after(remind(1), days=7),
        after(make_letter(5, LetterKind.FOLLOW_UP, topic=FollowUp.NOT_VIOLATION), days=7.1),
        after(make_letter(5, LetterKind.SUPPLIER, topic=Supplier.SEARCH, company="Invented Search"), days=7.2),
    ),
)
LENA = Story(
    key="lena",
    age=timedelta(days=46),
    report=_person("Lena Beispiel", "DE", depiction=Depiction.SYNTHETIC, name_kind=NameKind.LEGAL),
    links="""
        https://www.facebook.com/invented.page/posts/100001 https://www.tiktok.com/@invented_user/video/7000000000000000001
        https://www.tiktok.com/@invented_user/video/7000000000000000002 https://vk.com/wall-100000_17
    """,
    steps=(
        after(take(COLLEAGUE[0]), hours=5),
        after(send(1, ticket="INV-FB-1", proven_minutes=5), hours=6),
        after(send(2, ticket="INV-TT-9", proven_minutes=5), hours=6.5),
        after(answer(1, Answer.MORE_ASKED, "Please confirm that you are the person shown."), days=2),
        after(answer(2, Answer.GEO_BLOCKED, "The videos are not available in Germany any more."), days=4),
        after(ask_erasure(1), days=5),
        after(send(4, ticket="INV-DP-3", proven_minutes=10, by=SendingChannel.EMAIL), days=5.2),
        after(answer(4, Answer.EXTENDED, "Your request is complex. We need two months more.", longer_days=61), days=30),
    ),
)
GIULIA = Story(
    key="giulia",
    age=timedelta(days=95),
    report=_person("Giulia Esempio", "IT"),
    links="https://www.instagram.com/p/Invented11/ https://www.facebook.com/invented.page/posts/100011",
    steps=(
        after(take(ADVOCATE[0]), hours=1),
        after(send(1, ticket="INV-IG-801", proven_minutes=5), hours=2),
        after(send(2, ticket="INV-FB-802", proven_minutes=5), hours=3),
        after(answer(1, Answer.REFUSED, "We did not find that this goes against our standards."), days=3),
        after(answer(2, Answer.REFUSED, "We did not find that this goes against our standards."), days=3.2),
        after(ask_erasure(1), days=4),
        after(send(3, ticket="INV-DP-9", proven_minutes=10, by=SendingChannel.EMAIL), days=4.1),
        after(complain("eu-gdpr-77", "it-garante", 3, wish="That the pictures are erased."), days=40),
        after(lodge(1, ticket="INV-GAR-2026-55"), days=40.2),
    ),
)
AOIFE = Story(
    key="aoife",
    age=timedelta(days=70),
    report=_person("Aoife Sampla", "IE"),
    links="https://x.com/invented_other/status/1000000000000000101 https://x.com/invented_other/status/1000000000000000102",
    steps=(
        after(take(SUPERVISOR[0]), hours=4),
        after(send(1, ticket="INV-31007", proven_minutes=5), hours=5),
        after(answer(1, Answer.REFUSED, "We could not confirm a violation."), days=1),
        after(ask_erasure(1), days=2),
        after(send(2, ticket="INV-DP-31", proven_minutes=5, by=SendingChannel.EMAIL), days=2.2),
        after(complain("ie-cnam-dsa", "ie-cnam", 1, wish="That the form for reports works as the law says."), days=3),
        after(lodge(1, ticket="INV-CNAM-12"), days=3.1),
        after(body_answers(1, ComplaintAnswer.DECIDED, "We have passed this on to our supervision team."), days=30),
        after(complain("ie-dpc", "ie-dpc", 2), days=45),
    ),
)
PRIYA = Story(
    key="priya",
    age=timedelta(hours=20),
    report=_person("Priya Udaharan", "IN"),
    links="https://www.instagram.com/p/Invented21/ https://www.instagram.com/p/Invented22/ https://t.me/invented_place/9",
    steps=(
        after(take(ADVOCATE[0]), hours=1),
        after(send(1, ticket="INV-IN-1", proven_minutes=3), hours=2),
        after(send(2, by=SendingChannel.EMAIL), hours=2.5),
        after(answer(1, Answer.PARTLY, "One of the posts was removed."), hours=10),
        after(gone(1), hours=10.1),
    ),
)
MARIE = Story(
    key="marie",
    team=SECOND_TEAM,
    age=timedelta(days=2),
    report=_person("Marie Exemple", "CA", subdivision="QC", depiction=Depiction.UNSURE),
    links="https://www.reddit.com/r/invented_place/comments/inv002/no_such_post/ https://imgur.com/a/Invented33",
    steps=(
        after(send(1, ticket="INV-RD-77"), days=1),
        after(send(2, proven_minutes=5), days=1.1),
        after(close_request(2), days=1.5),
    ),
)
SAM = Story(
    key="sam",
    age=timedelta(days=1, hours=6),
    report=_person("Sam Example", "US", subdivision="CA", took_it=YesNo.YES),
    links="https://x.com/invented_third/status/1000000000000000201 https://discord.com/channels/100001/200002/300003",
    steps=(
        after(take(COLLEAGUE[0]), hours=1),
        after(send(1, ticket="INV-40001", proven_minutes=2), hours=3),
        after(give(2, explanation="A private picture from a chat. I never agreed that it is shared."), hours=4),
        after(make_letter(2, LetterKind.NOTICE), hours=4.1),
        after(claim_copyright(1, 3), hours=20),
        after(make_letter(3, LetterKind.COPYRIGHT), hours=20.2),
    ),
)
JOAO = Story(
    key="joao",
    age=timedelta(days=3),
    report=_person("João Exemplo", "BR", filer=Filer.REPRESENTATIVE, authority="A signed mandate of 2 pages."),
    links="https://www.facebook.com/invented.br/posts/100021",
    places=(ReportedPlace(platform="WhatsApp", text="A group named “invented group”, since Monday."),),
)
HANA = Story(
    key="hana",
    age=timedelta(days=5),
    report=_person("Hana Yerye", "KR", handler=Handler.PERSON, share_with_regulators=None),
    links="https://www.instagram.com/p/Invented41/ https://redgifs.com/watch/inventedone",
    steps=(after(send(1, ticket="INV-KR-5"), hours=2),),
)
THREATENING = ("@invented_account", "+61 2 5550 0100")
THREAT = Story(
    key="threat",
    age=timedelta(days=2),
    report=Report(
        filer=Filer.SELF,
        under_18=YesNo.NO,
        depiction=Depiction.REAL,
        is_online=YesNo.NO,
        country="AU",
        subdivision="VIC",
        contact_by=ContactBy.NONE,
        handler=Handler.TEAM,
    ),
    steps=(
        after(person_writes("They say they will send it to everybody on Friday."), hours=1),
        after(make_threat_paper(ThreatCommand(accounts=THREATENING, recipient="Invented Chat")), hours=2),
        after(make_threat_paper(ThreatCommand(accounts=THREATENING, threat="They want money.")), hours=2.1),
    ),
)
CHILD = Story(
    key="child",
    age=timedelta(hours=9),
    report=Report(
        filer=Filer.PARENT,
        under_18=YesNo.YES,
        is_online=YesNo.YES,
        country="GB",
        contact_by=ContactBy.EMAIL,
        email="parent@example.org",
        share_with_platforms=True,
        handler=Handler.TEAM,
        name_kind=NameKind.REPRESENTATIVE,
        name="Rowan Sampler",
        authority="I am the father.",
    ),
    links="https://www.instagram.com/p/Invented51/",
)
CLOSED = Story(
    key="closed",
    age=timedelta(days=30),
    report=_person("Noor Mithal", "NZ"),
    links="https://www.instagram.com/p/Invented61/",
    steps=(
        after(take(ADVOCATE[0]), hours=1),
        after(send(1, ticket="INV-IG-61", proven_minutes=3), hours=2),
        after(answer(1, Answer.REMOVED, "We removed this post."), days=1),
        after(close_case("Everything is gone and the person asked for nothing more."), days=10),
    ),
)
ERASED = Story(
    key="erased",
    age=timedelta(days=60),
    report=_person("Ola Eksempel", "NO"),
    links="https://www.tiktok.com/@invented_gone/video/7000000000000000009",
    steps=(after(erase(), days=8),),
)
DRAFT = Story(
    key="draft",
    age=timedelta(days=1),
    report=Report(
        filer=Filer.SELF, under_18=YesNo.NO, country="FR", visited=frozenset({"start", "who", "age", "country"})
    ),
    is_draft=True,
)

STORIES = (
    KIRI, LENA, GIULIA, AOIFE, PRIYA, MARIE, SAM, JOAO, HANA, THREAT, CHILD, CLOSED, ERASED, DRAFT,
)  # fmt: skip
