"""The sandbox as the process that `make run` starts, and the demo as `make demo` starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from sandbox.settings import Settings
from tests.support.shop import PATIENCE_S
from tests.support.waiting import until

SEED = {
    "erp": {"app_key": "4107733109921", "app_secret": "of-the-erp"},
    "stores": [
        {
            "id": "loja",
            "channel": "shopify",
            "shop_domain": "loja.myshopify.com",
            "access_token": "shpat_t",
            "webhook_secret": "of-the-webhooks",
            "webhook_url": "http://127.0.0.1:9/webhooks/shopify/loja",
        }
    ],
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def environment(data: Path, erp_port: int, channels_port: int) -> dict[str, str]:
    return os.environ | {
        "ESTEIRA_SANDBOX_DATA": str(data / "sandbox"),
        "ESTEIRA_SANDBOX_ERP_PORT": str(erp_port),
        "ESTEIRA_SANDBOX_CHANNELS_PORT": str(channels_port),
        "ESTEIRA_SANDBOX_SEED": json.dumps(SEED),
        "ESTEIRA_DATA": str(data),
    }


@contextmanager
def running(env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-m", "sandbox"], env=env, text=True)
    try:
        for variable in ("ESTEIRA_SANDBOX_ERP_PORT", "ESTEIRA_SANDBOX_CHANNELS_PORT"):
            wait_until_ready(f"http://127.0.0.1:{env[variable]}/healthz/ready")
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_ready(url: str) -> None:
    def ready() -> bool:
        try:
            return httpx.get(url, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    until(ready, PATIENCE_S)


def test_one_process_serves_the_seeded_erp_and_the_stores_and_stops_when_told(tmp_path: Path):
    env = environment(tmp_path, free_port(), free_port())
    channels = f"http://127.0.0.1:{env['ESTEIRA_SANDBOX_CHANNELS_PORT']}"
    erp = f"http://127.0.0.1:{env['ESTEIRA_SANDBOX_ERP_PORT']}"
    with running(env) as process:
        [store] = httpx.get(f"{channels}/_control/stores", trust_env=False).json()["stores"]
        call = {
            "call": "ListarEmpresas",
            **SEED["erp"],
            "param": [{"pagina": 1, "registros_por_pagina": 50}],
        }
        answer = httpx.post(f"{erp}/api/v1/geral/empresas/", json=call, trust_env=False)
        sold = httpx.post(f"{channels}/_control/demo", json={"orders": 12}, trust_env=False)

        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_S)

    assert store["id"] == "loja"
    assert answer.status_code == 200
    assert len(sold.json()["orders"]) == 12
    assert code == 0


def test_a_taken_port_is_told_with_the_variable_that_moves_it(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "sandbox"],
            env=environment(tmp_path, free_port(), port),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    assert ended.returncode == 1
    assert str(port) in ended.stderr
    assert "ESTEIRA_SANDBOX_CHANNELS_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_demo_sells_line_by_line_until_ctrl_c(tmp_path: Path):
    env = environment(tmp_path, free_port(), free_port())
    card = {
        "channels_url": f"http://127.0.0.1:{env['ESTEIRA_SANDBOX_CHANNELS_PORT']}",
        "stores": SEED["stores"],
    }
    (tmp_path / "demo.json").write_text(json.dumps(card))
    with running(env):
        demo = subprocess.Popen(
            [sys.executable, "-m", "sandbox.demo", "--rate", "20"],
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert demo.stdout
        first = [demo.stdout.readline() for _ in range(5)]
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
        code = demo.wait(PATIENCE_S)

    assert [line.split()[0] for line in first] == ["#1001", "#1002", "#1003", "#1004", "#1005"]
    assert rest.endswith("The shop is closed.\n")
    assert code == 0


def test_the_demo_says_what_is_missing(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox.demo"],
        env=os.environ | {"ESTEIRA_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert ended.returncode == 1
    assert "make run" in ended.stderr


def test_the_seed_is_read_from_the_variable_or_from_the_file_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seed_file = tmp_path / "seed.json"
    seed_file.write_text(json.dumps(SEED))
    monkeypatch.setenv("ESTEIRA_DATA", str(tmp_path))
    monkeypatch.delenv("ESTEIRA_SANDBOX_DATA", raising=False)

    monkeypatch.setenv("ESTEIRA_SANDBOX_SEED", json.dumps(SEED))
    inline = Settings()
    monkeypatch.setenv("ESTEIRA_SANDBOX_SEED", str(seed_file))
    from_file = Settings()

    assert inline.seed == from_file.seed
    assert inline.seed.stores[0].id == "loja"
    assert inline.data == tmp_path / "sandbox"


def test_a_wrong_seed_is_refused_without_showing_its_secrets(monkeypatch: pytest.MonkeyPatch):
    broken = {"stores": [{"id": "loja", "webhook_secret": "of-the-webhooks"}]}
    monkeypatch.setenv("ESTEIRA_SANDBOX_SEED", json.dumps(broken))

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert "of-the-webhooks" not in str(refused.value)
