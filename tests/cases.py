"""One test of many cases: each is asserted, and each that fails is named, at the price of one test.

`parametrize` makes a test of each case, which takes some milliseconds to be collected, sent to a worker and told of.
Where a case itself takes a fraction of that, and there are hundreds, `for_each` stands in its place.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

Test = Callable[..., None]


def for_each(
    names: str | tuple[str, ...], values: Iterable[Any], *, ids: Iterable[str] | Callable[[Any], str] = str
) -> Callable[[Test], Test]:
    """As `pytest.mark.parametrize`. What failing cases raised comes as one group, each with its name."""
    arguments = (names,) if isinstance(names, str) else names
    values = list(values)
    cases: list[tuple[Any, ...]] = [(value,) if isinstance(names, str) else value for value in values]
    named = list(map(ids, values)) if callable(ids) else list(ids)
    assert len(named) == len(cases) > 0, "a test of no case would be one that cannot fail"

    def wrap(test: Test) -> Test:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            failed = []
            for name, case in zip(named, cases, strict=True):
                try:
                    test(**dict(zip(arguments, case, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"case: {name}")
                    failed.append(error)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(cases)} cases", failed)

        signature = inspect.signature(test)
        left = [each for name, each in signature.parameters.items() if name not in arguments]
        vars(run)["__signature__"] = signature.replace(parameters=left)
        return run

    return wrap
