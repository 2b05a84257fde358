"""What the person's pages and the desk say of a mail that came in: what it is, how it was matched, what proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.documents import MailSignature
from portal.domain.incoming import MatchedBy, Nature, ServerVerdict
from portal.services.inbox.case_mail import MailView
from portal.web.documents import SIGNED

NATURES: Mapping[Nature, Any] = MappingProxyType(
    {
        Nature.ANSWER: _l("An answer came by mail"),
        Nature.AUTO_REPLY: _l("An automatic reply came"),
        Nature.AWAY: _l("An automatic reply came: they are away"),
        Nature.RETURNED: _l("A letter came back: it was not delivered"),
        Nature.DELAYED: _l("A letter is late: the mail server tries on"),
        Nature.DELIVERED: _l("A mail server says that a letter was delivered"),
        Nature.COMPLAINED: _l("They reported a letter as spam"),
        Nature.JUNK: _l("A mail came that looks like spam"),
    }
)
MATCHES: Mapping[MatchedBy, Any] = MappingProxyType(
    {
        MatchedBy.ADDRESS: _l("It was sent to the address that only this request has."),
        MatchedBy.REFERENCE: _l("It answers the letter that was sent."),
        MatchedBy.TICKET: _l("It names the ticket number of this request. Anybody who knows the number can do that."),
        MatchedBy.HAND: _l("A member of the team put it here."),
    }
)
_RESULTS: Mapping[str, Any] = MappingProxyType(
    {
        "pass": _l("holds"),
        "fail": _l("does not hold"),
        "softfail": _l("does not hold"),
        "policy": _l("does not hold"),
        "none": _l("there is none"),
        "neutral": _l("says nothing either way"),
        "temperror": _l("could not be checked"),
        "permerror": _l("could not be checked"),
    }
)


def describe_nature(nature: Nature) -> str:
    return str(NATURES[nature])


def describe_proof(mail: MailView) -> tuple[str, ...]:
    """What is known of where a mail that was read comes from, one sentence each; the two checks are told apart."""
    if mail.read is None:
        return ()
    told = [str(MATCHES[mail.matched_by])]
    if mail.read.sender_fits is not None:
        told.append(
            str(_("The sender’s address is one of %(platform)s.", platform=mail.platform_name))
            if mail.read.sender_fits
            else str(_("The sender’s address is none that we know of %(platform)s. Look closely at who wrote it.",
                       platform=mail.platform_name))
        )  # fmt: skip
    told.extend(describe_server(mail.read.server))
    told.extend(_describe_signatures(mail.read.signatures))
    return tuple(told)


def describe_server(verdicts: Sequence[ServerVerdict]) -> tuple[str, ...]:
    """What our own mail server says."""
    return tuple(
        str(_("Our mail server says: %(method)s %(result)s%(domain)s.",
              method=each.method.upper(), result=_RESULTS.get(each.result, each.result),
              domain=f" ({each.domain})" if each.domain else ""))
        for each in verdicts
    )  # fmt: skip


def _describe_signatures(signatures: Sequence[MailSignature]) -> tuple[str, ...]:
    return tuple(
        str(_("Our own check: %(told)s", told=SIGNED[each.verdict] % {"domain": each.domain or "?"}))
        for each in signatures
    )
