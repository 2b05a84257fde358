"""What the code imports is pinned: a package that only happens to be installed would be missing on the next machine."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
OURS = {"portal", "tests", "tools", "app"}
RUN = ("requirements.txt",)
PYTHONS = ("3.11.2", "3.12.0", "3.13.5")  # of Debian 12, of Ubuntu 24.04, of Debian 13
ALL = ("requirements.txt", "requirements-grown.txt", "requirements-dev.txt", "requirements-conformance.txt")


def list_modules(folder: str) -> set[str]:
    """Top-level names of what the Python files under `folder` import, or read files from."""
    return {name.split(".")[0] for path in (ROOT / folder).rglob("*.py") for name in read_imports(path)}


def read_imports(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    yield from re.findall(r'resources\.files\("([\w.]+)"', text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def list_pinned(names: tuple[str, ...]) -> set[str]:
    """The packages pinned in these requirement files, in pip's spelling."""
    pinned = (re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.MULTILINE) for name in names)
    return {normalise(package) for found in pinned for package in found}


def normalise(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


@pytest.mark.parametrize(("folder", "files"), [("portal", RUN), ("migrations", RUN), ("tests", ALL), ("tools", ALL)])
def test_every_imported_package_is_pinned(folder: str, files: tuple[str, ...]) -> None:
    pinned = list_pinned(files)
    packages = packages_distributions()
    foreign = list_modules(folder) - OURS - set(sys.stdlib_module_names)
    assert foreign
    # A package that is not installed here goes by the name of its module.
    missing = {name for name in foreign if not pinned & {normalise(found) for found in packages.get(name, [name])}}
    assert not missing


@pytest.mark.parametrize("python", PYTHONS)
def test_what_a_pinned_package_needs_with_another_python_is_pinned_too(python: str) -> None:
    """The pins are made with one Python. What only an older one needs would stop the installation there."""
    environment = {"python_full_version": python, "python_version": python.rpartition(".")[0], "extra": ""}
    pinned = list_pinned(ALL)
    missing = {
        f"{package} needs {needed.name}"
        for package in pinned
        for needed in list_needed(package)
        if normalise(needed.name) not in pinned and (needed.marker is None or needed.marker.evaluate(environment))
    }
    assert not missing


def list_needed(package: str) -> list[Requirement]:
    """None of a package that is not installed here."""
    try:
        return [Requirement(text) for text in requires(package) or ()]
    except PackageNotFoundError:
        return []


@pytest.mark.parametrize("name", ALL)
def test_every_pin_has_a_hash_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[\w.-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text
