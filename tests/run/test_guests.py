"""How many connections there are, whose they are, and who makes room."""

from __future__ import annotations

import pytest

from portal.run.guests import Guest, Guests, Stage, find_client, name_guest


class House:
    """Guests, and the list of those that were sent away."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self.guests = Guests(most=most, most_of_one=most_of_one)
        self.gone: list[str] = []

    def make(self, name: str, label: str, stage: Stage = Stage.WAITING) -> Guest:
        guest = Guest(name, lambda: self.gone.append(label))
        guest.stage = stage
        return guest

    def admit(self, name: str, label: str, stage: Stage = Stage.WAITING) -> bool:
        return self.guests.admit(self.make(name, label, stage))


def test_the_oldest_of_a_crowded_address_makes_room() -> None:
    house = House(most=100, most_of_one=2)
    assert all(house.admit("a", label) for label in ("a1", "a2", "a3"))
    assert house.admit("b", "b1")
    assert (house.gone, len(house.guests)) == (["a1"], 3)


def test_nobody_who_is_being_answered_is_sent_away() -> None:
    house = House(most=100, most_of_one=2)
    assert house.admit("a", "a1", Stage.WORKING)
    assert house.admit("a", "a2", Stage.WRITING)
    assert house.admit("a", "a3", Stage.WORKING)
    assert house.gone == ["a2"]
    assert not house.admit("a", "a4")
    assert len(house.guests) == 2


def test_who_waits_for_a_thread_makes_room_for_another() -> None:
    house = House(most=2, most_of_one=2)
    assert all(house.admit("a", label, Stage.QUEUED) for label in ("a1", "a2"))
    assert house.admit("b", "b1")
    assert house.gone == ["a1"]


def test_in_a_full_house_the_address_with_the_most_makes_room() -> None:
    house = House(most=4, most_of_one=3)
    for name, label in (("b", "b1"), ("a", "a1"), ("a", "a2"), ("a", "a3"), ("c", "c1")):
        assert house.admit(name, label)
    assert house.gone == ["a1"]


def test_those_whose_name_is_not_known_yet_are_bounded_by_the_house_alone() -> None:
    house = House(most=5, most_of_one=2)
    assert all(house.admit("", str(number)) for number in range(6))
    assert house.gone == ["0"]


def test_a_name_that_becomes_known_counts_from_then_on() -> None:
    house = House(most=10, most_of_one=1)
    first, second = house.make("", "first"), house.make("", "second")
    assert house.guests.admit(first)
    assert house.guests.admit(second)
    assert house.guests.rename(first, "a")
    assert house.guests.rename(second, "a")
    assert house.gone == ["first"]
    house.guests.leave(first)
    house.guests.leave(second)
    assert len(house.guests) == 0


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2ab::1", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_itself_or_by_its_line(address: str, name: str) -> None:
    assert name_guest(address) == name


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        ("", 0, "peer"),
        ("6.6.6.6", 0, "peer"),
        ("6.6.6.6, 1.1.1.1", 1, "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1, 2.2.2.2", 2, "1.1.1.1"),
        ("1.1.1.1", 2, "peer"),
        ("", 1, "peer"),
    ],
)
def test_only_what_our_own_proxies_say_counts(forwarded: str, proxies: int, client: str) -> None:
    assert find_client(forwarded, "peer", proxies=proxies) == client
