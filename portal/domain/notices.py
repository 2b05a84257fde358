"""What a notice contains, and what of it a regime demands: the checker that names each missing element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from portal.domain.regimes import Element, NoticeField, Regime, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What about the case decides which elements are demanded."""

    by_representative: bool = False  # someone acts for the person, a parent for a child included
    child_material: bool = False  # the content may be child abuse material


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContent:
    """What a notice says, one field for each `NoticeField` under the same name. Empty text proves nothing."""

    signature: str = ""
    legal_name: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    postal_address: str = ""
    contact: str = ""
    location: tuple[str, ...] = ()
    description: str = ""
    explanation: str = ""
    no_consent: bool = False
    depiction: bool = False
    is_subject_or_authorised: bool = False
    authority: bool = False
    good_faith: bool = False
    accuracy: bool = False
    perjury: bool = False
    work: str = ""
    request: str = ""
    identity: str = ""
    identity_document: str = ""
    age: str = ""
    evidence: str = ""
    recipient: bool = False
    author: str = ""
    release_choice: bool = False
    residence: str = ""
    platform_step: str = ""
    platform_answer: str = ""
    date: bool = False


@dataclass(frozen=True, slots=True)
class CheckedElement:
    """One element of a regime, held against a notice."""

    element: Element
    demanded: bool
    met: bool
    missing: tuple[NoticeField, ...]  # what would have to be added


# Who gives the name the law knows has given a name; any address is a way to be reached.
_IMPLIED: Mapping[NoticeField, NoticeField] = MappingProxyType(
    {
        NoticeField.LEGAL_NAME: NoticeField.NAME,
        NoticeField.IDENTITY_DOCUMENT: NoticeField.IDENTITY,
        NoticeField.EMAIL: NoticeField.CONTACT,
        NoticeField.PHONE: NoticeField.CONTACT,
        NoticeField.POSTAL_ADDRESS: NoticeField.CONTACT,
    }
)


_STEP_PROOFS = frozenset({NoticeField.PLATFORM_STEP, NoticeField.PLATFORM_ANSWER})


def list_fields_given(facts: NoticeContent) -> frozenset[NoticeField]:
    """What the notice contains, with what follows from it."""
    given = {NoticeField(field.name) for field in fields(facts) if _is_given(getattr(facts, field.name))}
    return add_implied(frozenset(given))


def add_implied(proofs: frozenset[NoticeField]) -> frozenset[NoticeField]:
    """The proofs and those that follow from them."""
    return proofs | {_IMPLIED[proof] for proof in proofs if proof in _IMPLIED}


def is_demanded(element: Element, situation: Situation) -> bool:
    """Whether a notice in this situation has to have the element."""
    match element.when:
        case When.ALWAYS:
            return True
        case When.REPRESENTATIVE:
            return situation.by_representative
        case When.ADULT_CONTENT:
            return not situation.child_material
        case When.OPTIONAL:
            return False


def needs_request(regime: Regime, situation: Situation) -> bool:
    """Whether a complaint under the regime has to tell what was asked of the platform before."""
    return any(is_demanded(element, situation) and _STEP_PROOFS & set(element.proofs) for element in regime.elements)


def check_elements(regime: Regime, proofs: frozenset[NoticeField], situation: Situation) -> tuple[CheckedElement, ...]:
    """Each element of the regime, met or missing, in the law's order."""
    given = add_implied(proofs)
    return tuple(_check(element, given, situation) for element in regime.elements)


def missing_elements(regime: Regime, proofs: frozenset[NoticeField], situation: Situation) -> tuple[Element, ...]:
    """The elements that the regime demands in this situation and that the notice does not have."""
    checked = check_elements(regime, proofs, situation)
    return tuple(each.element for each in checked if each.demanded and not each.met)


def _check(element: Element, given: frozenset[NoticeField], situation: Situation) -> CheckedElement:
    missing = tuple(proof for proof in element.proofs if proof not in given)
    return CheckedElement(element, is_demanded(element, situation), not missing, missing)


def _is_given(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, tuple):
        return any(_is_given(item) for item in value)
    return value is True
