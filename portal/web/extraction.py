"""For `pybabel extract`: sentences of pages that stand in no call of `gettext`, but reach it when they are shown.

Texts of records are shown as they are, and on the desk with the person as the third; some modules keep their sentences
as plain constants, because nothing below the pages knows a language.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import yaml

from portal.web.desk.advocate_words import as_for_advocate

Found = tuple[int, str, str, list[str]]


def extract_records(file: BinaryIO, keywords: Any, comment_tags: Any, options: Mapping[str, Any]) -> Iterator[Found]:
    """Every text of a record with a blank in it, in both voices, each with its line."""
    for node in _walk(yaml.compose(file.read().decode("utf-8"), Loader=yaml.CSafeLoader)):
        text = node.value.strip()
        for voice in dict.fromkeys((text, as_for_advocate(text))):
            yield node.start_mark.line + 1, "", voice, []


def extract_versions(file: BinaryIO, keywords: Any, comment_tags: Any, options: Mapping[str, Any]) -> Iterator[Found]:
    """The same of the kept versions of records, each in a line, with the notes on what changed."""
    for number, line in enumerate(file, start=1):
        texts = dict.fromkeys(_list_texts(json.loads(line)))
        yield from ((number, "", text, []) for text in texts)


def _list_texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and " " in value:
        yield value.strip()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _list_texts(each)


def _walk(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode) and " " in node.value.strip():
        yield node
    for child in node.value if isinstance(node, yaml.SequenceNode | yaml.MappingNode) else ():
        for each in child if isinstance(child, tuple) else (child,):
            yield from _walk(each)


def extract_constants(file: BinaryIO, keywords: Any, comment_tags: Any, options: Mapping[str, Any]) -> Iterator[Found]:
    """Every text of a module that is no docstring, words of the code among them; a translator leaves those out."""
    module = ast.parse(file.read())
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(module) if isinstance(node, _DOCUMENTED)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings:
            yield node.lineno, "", node.value, []


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
