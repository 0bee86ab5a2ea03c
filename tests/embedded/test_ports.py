"""Which ports a belt uses, and what a person is told about a taken one."""

import socket

import pytest

from embedded.errors import SetupError
from embedded.ports import Ports, free_ports, is_taken, refuse_taken, variable


def test_the_environment_moves_each_listener_by_a_variable_of_its_own():
    environ = {variable(name): str(30_000 + n) for n, (name, _) in enumerate(Ports().items())}

    moved = Ports.from_environment(environ)

    assert [port for _, port in moved.items()] == list(range(30_000, 30_000 + len(environ)))


def test_the_variables_are_the_documented_ones():
    assert {name: variable(name) for name, _ in Ports().items()} == {
        "panel": "ESTEIRA_PANEL_PORT",
        "capture": "ESTEIRA_CAPTURE_PORT",
        "erp": "ESTEIRA_SANDBOX_ERP_PORT",
        "channels": "ESTEIRA_SANDBOX_CHANNELS_PORT",
        "validation": "ESTEIRA_VALIDATION_PORT",
        "erp_writer": "ESTEIRA_ERP_WRITER_PORT",
        "cancellation": "ESTEIRA_CANCELLATION_PORT",
        "kafka": "ESTEIRA_KAFKA_PORT",
        "mongodb": "ESTEIRA_MONGODB_PORT",
    }


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "٨٤٠٠"])
def test_what_is_no_port_is_refused_by_the_name_of_its_variable(text):
    with pytest.raises(SetupError, match="ESTEIRA_PANEL_PORT"):
        Ports.from_environment({"ESTEIRA_PANEL_PORT": text})


def test_every_taken_port_is_named_with_the_variable_that_changes_it():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as two:
        taken = [("capture", one.getsockname()[1]), ("erp", two.getsockname()[1])]
        [free] = free_ports(1)

        with pytest.raises(SetupError) as told:
            refuse_taken([*taken, ("panel", free)])

    lines = str(told.value).splitlines()
    assert len(lines) == 2
    assert str(taken[0][1]) in lines[0]
    assert "ESTEIRA_CAPTURE_PORT=" in lines[0]
    assert "ESTEIRA_SANDBOX_ERP_PORT=" in lines[1]


def test_free_ports_are_free_and_different():
    ports = free_ports(9)

    assert len(set(ports)) == 9
    assert not any(is_taken(port) for port in ports)
