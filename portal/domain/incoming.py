"""Mail that comes in: what it is (an answer, a word of a machine, a letter that came back), and what it names.

Read from headers alone, and from the machine's own part of a report on a delivery. Whoever sends a mail writes its
headers, so nothing here is proof; it decides where a mail waits, and what a page says of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.documents import LARGEST

LARGEST_MAIL = LARGEST  # bytes: what is taken in is looked into like a file that is handed in
MOST_NAMED = 100  # addresses, ids or numbers of one mail that are looked at
REPORT_LOOKED_AT = 512 * 1024  # bytes of a report on a delivery


class Nature(StrEnum):
    """What a mail is, as far as its headers say."""

    ANSWER = "answer"
    AUTO_REPLY = "auto_reply"  # a machine's: it proves at most that the letter arrived, and is no answer
    AWAY = "away"  # a machine's, for somebody who is out of office: it arrived, and nobody reads it now
    RETURNED = "returned"  # a letter came back: it was not delivered
    DELAYED = "delayed"  # a letter has not been delivered yet; the mail server tries on
    DELIVERED = "delivered"  # a mail server says that it delivered a letter
    COMPLAINED = "complained"  # it was delivered, and somebody there reported it as unwanted (RFC 5965)
    JUNK = "junk"  # the mail server that took it in holds it for unwanted


class MatchedBy(StrEnum):
    """By what a mail found its request, the surest first."""

    ADDRESS = "address"  # the request's own reply address
    REFERENCE = "reference"  # the Message-ID of the letter it answers
    TICKET = "ticket"  # the recipient's number for the request
    HAND = "hand"  # a member put it there


class IncomingState(StrEnum):
    RECEIVED = "received"  # kept as it came; nobody has looked yet
    UNMATCHED = "unmatched"  # it names no request of ours
    WAITING = "waiting"  # it waits in its case, for whoever opens it
    READ = "read"  # it was opened and stands in the case
    LOGGED = "logged"  # its answer was written down
    DISMISSED = "dismissed"  # a member said that it is nothing of ours


@dataclass(frozen=True)
class ServerVerdict:
    """What a receiving mail server says of a mail: "dkim", "pass", and the domain it is about, if any."""

    method: str
    result: str
    domain: str


Headers = Mapping[str, Sequence[str]]

_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,200}@[^\s<>,;:\"()\[\]]{1,253}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,255})>")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{3,59}")
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "to", "cc")
_AWAY = (
    r"out of (?:the )?office|away from (?:the|my) office|on (?:annual |parental )?leave\b|abwesen\w*|au(?:ß|ss)er haus"
    r"|absen(?:t|te|ce) du bureau|en cong[ée]s?|message d.absence|fuera de (?:la )?oficina|ausente|aus[êe]ncia"
    r"|fora do escrit[óo]rio|afwezig\w*|niet aanwezig|fuori sede"
)
_AUTO_SUBJECT = re.compile(
    r"\s*(?:auto(?:matic|matische)?[ -]?(?:reply|antwort|response)|out of (?:the )?office|abwesenheitsnotiz"
    r"|r[ée]ponse automatique|respuesta autom[áa]tica|resposta autom[áa]tica|risposta automatica"
    r"|automatisch antwoord)\b",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(rf"\b(?:{_AWAY})", re.IGNORECASE)
_ACTION = re.compile(rb"^action[ \t]*:[ \t]*([a-z]{4,12})", re.IGNORECASE | re.MULTILINE)
_STATUS_PART = re.compile(
    rb"^content-type[ \t]*:[ \t]*message/(?:global-)?delivery-status.*?(?=^--|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_ORIGINAL_ID = re.compile(
    rb"^(?:message-id|original-message-id|x-original-message-id)[ \t]*:\s*<([^<>\s]{1,255})>",
    re.IGNORECASE | re.MULTILINE,
)
_METHOD = re.compile(r"^\s*(dkim|spf|dmarc|arc)\s*=\s*([a-z]{3,12})", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)', re.DOTALL)
_DEEPEST = 10  # comments within comments
_COMMENT = re.compile(r"\([^()]*\)")
_DOMAIN = re.compile(
    r"(?:header\.(?:d|from|i)|smtp\.mailfrom)\s*=\s*(?:[^\s;@]*@)?([A-Za-z0-9.-]{1,253})", re.IGNORECASE
)
_ACTIONS = {
    "failed": Nature.RETURNED,
    "delayed": Nature.DELAYED,
    "delivered": Nature.DELIVERED,
    "relayed": Nature.DELIVERED,
    "expanded": Nature.DELIVERED,
}
SHORTEST_TICKET = 5


def judge(headers: Headers, head: bytes) -> Nature:
    """What a mail is. `head` are the first bytes of the whole mail, of which only a report's own lines are read."""
    if "report-type=feedback-report" in _bare_type(headers):
        return Nature.COMPLAINED
    if _is_report(headers):
        found = {word[1].decode("ascii").lower() for word in _ACTION.finditer(_find_status(head))}
        worst = next((nature for word, nature in _ACTIONS.items() if word in found), None)
        return worst or (Nature.RETURNED if headers.get("x-failed-recipients") else Nature.AUTO_REPLY)
    if _first(headers, "x-failed-recipients"):
        return Nature.RETURNED
    if _first(headers, "x-spam-flag").upper().startswith("YES") or _first(headers, "x-spam-status").startswith("Yes"):
        return Nature.JUNK
    if not _is_automatic(headers):
        return Nature.ANSWER
    return Nature.AWAY if _AWAY_SUBJECT.search(_first(headers, "subject")) else Nature.AUTO_REPLY


def list_recipients(headers: Headers, envelope: Sequence[str]) -> tuple[str, ...]:
    """Every address a mail was sent to, as the envelope and then the headers have them, each once."""
    named = (address for name in _RECIPIENTS for value in headers.get(name, ()) for address in _ADDRESS.findall(value))
    return tuple(dict.fromkeys([*envelope, *named]))[:MOST_NAMED]


def list_references(headers: Headers, head: bytes) -> tuple[str, ...]:
    """Message-IDs that a mail answers, without brackets and in small letters: the nearest first."""
    answered = _MESSAGE_ID.findall(" ".join(headers.get("in-reply-to", ())))
    before = _MESSAGE_ID.findall(" ".join(headers.get("references", ())))
    returned = _list_returned(head) if _is_report(headers) else ()
    return tuple(dict.fromkeys(each.lower() for each in (*answered, *reversed(before), *returned)))[:MOST_NAMED]


def list_ticket_words(text: str) -> tuple[str, ...]:
    """What could be a ticket number: a word with a digit in it, letters and digits alone, in small letters."""
    plain = ("".join(filter(str.isalnum, word)).casefold() for word in _WORD.findall(text))
    fit = (word for word in plain if len(word) >= SHORTEST_TICKET and any(map(str.isdigit, word)))
    return tuple(dict.fromkeys(fit))[:MOST_NAMED]


def read_verdicts(headers: Headers, server: str) -> tuple[ServerVerdict, ...]:
    """What our own mail server, by the name it signs with, says in its Authentication-Results (RFC 8601).

    Every other line of that name may be the sender's own, so it says nothing; nor does any while no name is given. Our
    server puts its lines above those that came along, so what an upper one says of a method no lower one says again.
    """
    found: list[ServerVerdict] = []
    for value in headers.get("authentication-results", ()) if server else ():
        name, *results = _bare(value).split(";")
        if name.lower().split()[:1] != [server.lower()]:
            continue
        told = {verdict.method for verdict in found}
        found.extend(verdict for each in results if (verdict := _read_result(each)) and verdict.method not in told)
    return tuple(found[:MOST_NAMED])


def _bare(value: str) -> str:
    """Without comments and quoted texts, in which a sender's own words may stand, such as the address it gave."""
    for _ in range(_DEEPEST):  # comments stand in comments
        bare = _COMMENT.sub(" ", _QUOTED.sub("", value))
        if bare == value:
            return bare
        value = bare
    return ""  # no server of ours writes so


def _read_result(text: str) -> ServerVerdict | None:
    method = _METHOD.match(text)
    if method is None:
        return None
    domain = _DOMAIN.search(text)
    return ServerVerdict(method[1].lower(), method[2].lower(), domain[1].lower() if domain else "")


def read_domain(sender: str) -> str:
    """The domain of the address in a From header, in small letters; empty where there is none."""
    found = _ADDRESS.findall(sender)
    return found[-1].rpartition("@")[2].lower().rstrip(".") if found else ""


def _is_report(headers: Headers) -> bool:
    return "multipart/report" in _bare_type(headers)


def _bare_type(headers: Headers) -> str:
    """What the Content-Type says, without what separates or quotes its parts."""
    return re.sub(r"[\s\"]", "", _first(headers, "content-type").lower())


def _is_automatic(headers: Headers) -> bool:
    submitted = _first(headers, "auto-submitted").lower()
    precedence = _first(headers, "precedence").lower()
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "list-id"))
        or _first(headers, "return-path") == "<>"
        or _AUTO_SUBJECT.match(_first(headers, "subject")) is not None
    )


def _find_status(head: bytes) -> bytes:
    """A report's part for machines; the words beside it are for people. All of it where it has no such part."""
    found = _STATUS_PART.search(head)
    return found[0] if found else head


def _list_returned(head: bytes) -> Iterator[str]:
    """The Message-IDs of the letters that a report is about; the report's own is the first."""
    for found in list(_ORIGINAL_ID.finditer(head))[:MOST_NAMED]:
        yield found[1].decode("utf-8", "replace")


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "").strip()
