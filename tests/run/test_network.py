"""The guard of the network in tests holds."""

from __future__ import annotations

import socket

import pytest
import pytest_socket


def test_a_connection_to_another_machine_is_refused() -> None:
    with (
        pytest.warns(UserWarning, match="A test tried"),
        pytest.raises(pytest_socket.SocketConnectBlockedError),
        socket.socket() as connection,
    ):
        connection.connect(("192.0.2.1", 80))


def test_a_question_for_a_name_is_refused() -> None:
    with pytest.raises(pytest.fail.Exception, match="tests stay on this machine"):
        socket.getaddrinfo("www.example.org", 443)


def test_this_machine_can_be_reached() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=2) as connection:
            assert connection.getpeername() == server.getsockname()
