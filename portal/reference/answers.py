"""Loads what answers mean: the graph of their nodes, and the rules by which their words are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.domain.answer_reading import LanguageRules, ReadingRules, find_reading_faults
from portal.domain.answers import AnswerGraph, AnswerNode, find_graph_faults
from portal.domain.lifecycle import Answer
from portal.reference.strict import BadReference, build, read_yaml

FOLDER = Path(__file__).parent / "answers"


@dataclass(frozen=True, kw_only=True)
class GraphFile:
    """The form of `graph.yaml`."""

    answers: tuple[AnswerNode, ...]


@cache
def load_graph(path: Path = FOLDER / "graph.yaml") -> AnswerGraph:
    """The nodes by their answer, in the order in which a page lists them. Raises BadReference, also for a dead end."""
    nodes = build(read_yaml(path), GraphFile, where=path.name).answers
    graph: Mapping[Answer, AnswerNode] = {node.answer: node for node in nodes}
    if len(graph) < len(nodes):
        raise BadReference(f"{path.name}: an answer stands twice")
    for fault in find_graph_faults(graph):
        raise BadReference(f"{path.name}: {fault}")
    return MappingProxyType(graph)


@dataclass(frozen=True, kw_only=True)
class PrevailsFile:
    """The form of `prevails.yaml`."""

    prevails: dict[Answer, tuple[Answer, ...]]


@cache
def load_reading_rules(folder: Path = FOLDER) -> ReadingRules:
    """How answers are read, in every language there is a file of. Raises BadReference."""
    prevailing = build(read_yaml(folder / "prevails.yaml"), PrevailsFile, where="prevails.yaml").prevails
    languages = tuple(_read_language(path) for path in sorted((folder / "reading").glob("*.yaml")))
    prevails = {answer: frozenset(others) for answer, others in prevailing.items()}
    return ReadingRules(languages=languages, prevails=MappingProxyType(prevails))


def _read_language(path: Path) -> LanguageRules:
    rules = build(read_yaml(path), LanguageRules, where=path.name)
    if rules.language != path.stem:
        raise BadReference(f"{path.name}: it says that it is {rules.language}")
    for fault in find_reading_faults(rules):
        raise BadReference(f"{path.name}: {fault}")
    return rules
