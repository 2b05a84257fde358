"""The kinds that letters are told apart by: papers, statements, asks, exhibits."""

from __future__ import annotations

from enum import StrEnum


class Paper(StrEnum):
    A4 = "A4"
    LETTER = "Letter"


class Statement(StrEnum):
    """What the person declares above the signature."""

    GOOD_FAITH = "good_faith"  # no consent was given, in good faith
    ACCURACY = "accuracy"  # what the letter says is true as far as the signer knows
    PERJURY = "perjury"  # under penalty of perjury: only where a basis asks for it
    COPYRIGHT_GOOD_FAITH = "copyright_good_faith"  # no owner, agent or law allowed the use
    COPYRIGHT_OWNER = "copyright_owner"  # the signer owns the work or acts for its owner


class StatedBy(StrEnum):
    """Who made a statement."""

    PERSON = "person"  # themselves, and signed it
    REPRESENTATIVE = "representative"  # whoever acts for them, within their authority, and signed it
    TOLD = "told"  # the person told it to the team, which wrote it down; nobody signed it anew
    MANDATED = "mandated"  # a member of the team, as representative under the person's written mandate, and signed it


class NoticeAsk(StrEnum):
    """What a letter to a platform asks for."""

    REMOVE = "remove"
    EVERYWHERE = "everywhere"  # for all users, in all countries
    COPIES = "copies"
    CONFIRM = "confirm"
    DECIDE = "decide"
    KEEP = "keep"  # as evidence, out of sight
    MATCH = "match"  # fingerprints against another upload
    POSTER = "poster"  # who uploaded it, where the law lets it say so
    REPEAT = "repeat"  # act against accounts that do it again
    HOTLINE = "hotline"  # of a child: report it where the law says
    HIDE_NAME = "hide_name"
    RELEASE_NAME = "release_name"


class FollowUp(StrEnum):
    """What a letter after the first one is about; each reason of refusal has its own answer."""

    BACK = "back"  # it was gone and is there again
    LEFT = "left"  # a part was removed, the rest is there
    NOT_VIOLATION = "not_violation"
    ID_WANTED = "id_wanted"
    NOT_FOUND = "not_found"
    LOGIN = "login"
    PUBLIC_INTEREST = "public_interest"
    CONSENT_CLAIMED = "consent_claimed"
    PARODY = "parody"  # or a label that it was made by computer
    OWN_ACCOUNT = "own_account"
    GEO_ONLY = "geo_only"
    NO_REASON = "no_reason"
    COUNTER_NOTICE = "counter_notice"
    MORE_ASKED = "more_asked"  # the answer to a question that the law allows
    EXCESS_ID = "excess_id"  # the answer to a demand for more proof of identity than is needed


class Supplier(StrEnum):
    """Who stands behind a site and can act when the site does not."""

    SEARCH = "search"
    HOST = "host"
    NETWORK = "network"
    REGISTRAR = "registrar"
    PAYMENT = "payment"


class IdentityOffer(StrEnum):
    """How the person offers to show who they are, without handing over more than is needed."""

    REPLY_ADDRESS = "reply_address"  # by answering from the contact named in the letter
    ACCOUNT = "account"  # by a message from the account they hold with the recipient
    DOCUMENT = "document"  # by a document, all but the necessary blacked out, on a reasoned question


class ErasureAsk(StrEnum):
    ERASE = "erase"
    DELIST = "delist"
    RECTIFY = "rectify"
    TELL_OTHERS = "tell_others"  # tell those the data were passed to
    STOP_PROCESSING = "stop_processing"


class ComplaintAsk(StrEnum):
    INVESTIGATE = "investigate"
    ASSESS = "assess"  # whether the duties were kept: what a supervisor of services does
    FORWARD = "forward"  # to the authority that is competent
    DECIDE = "decide"  # what a court or tribunal does
    DECIDE_AGAIN = "decide_again"  # the platform itself, in its own procedure for complaints
    ACT = "act"  # of a hotline
    ORDER_REMOVAL = "order_removal"
    ORDER_ERASURE = "order_erasure"
    ORDER_ANSWER = "order_answer"
    SANCTION = "sanction"
    KEEP_INFORMED = "keep_informed"


class ExhibitKind(StrEnum):
    NOTICE = "notice"
    REMINDER = "reminder"
    ERASURE = "erasure"
    ANSWER = "answer"
    PROOF = "proof"  # of sending or of receipt
    OTHER = "other"
