"""Whose request is worked on next: by name in turn, and no turn is lost where somebody gives up waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from portal.run.turns import Turns


def play(scene: Callable[[Turns, list[str]], Awaitable[None]], most: int = 1) -> list[str]:
    """Who had a turn, in order."""
    had: list[str] = []
    asyncio.run(scene(Turns(most), had))  # type: ignore[arg-type] # every scene is a coroutine
    return had


def wait(turns: Turns, had: list[str], name: str, label: str) -> asyncio.Task[None]:
    async def take() -> None:
        await turns.take(name)
        had.append(label)

    return asyncio.get_running_loop().create_task(take())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_names_have_their_turns_one_after_the_other() -> None:
    async def scene(turns: Turns, had: list[str]) -> None:
        await turns.take("busy")
        for label in ("a1", "a2", "a3", "b1", "a4", "c1"):
            wait(turns, had, label[0], label)
        await settle()
        for _ in range(6):
            assert not turns.is_free
            turns.give_back()
            await settle()
        turns.give_back()
        assert turns.is_free

    assert play(scene) == ["a1", "b1", "c1", "a2", "a3", "a4"]


def test_as_many_work_as_there_are_threads() -> None:
    async def scene(turns: Turns, had: list[str]) -> None:
        for label in ("a1", "a2", "b1"):
            wait(turns, had, label[0], label)
        await settle()
        assert had == ["a1", "a2"]
        turns.give_back()
        await settle()

    assert play(scene, most=2) == ["a1", "a2", "b1"]


def test_who_gives_up_waiting_keeps_nobody_from_a_turn() -> None:
    async def scene(turns: Turns, had: list[str]) -> None:
        await turns.take("busy")
        first, second = wait(turns, had, "a", "a1"), wait(turns, had, "b", "b1")
        wait(turns, had, "c", "c1")
        await settle()
        first.cancel()
        await settle()
        turns.give_back()  # to b, who gives up at the very moment
        second.cancel()
        await settle()
        assert had == ["c1"]
        turns.give_back()
        assert turns.is_free

    assert play(scene) == ["c1"]
