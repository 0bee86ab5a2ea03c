"""What each process is told, what is written for others, and who may read it."""

import base64
import json
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from embedded import credentials, private
from embedded.ports import Ports
from embedded.processes import SANDBOX, SERVICES
from embedded.site import Site


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(
        data=tmp_path,
        ports=Ports(),
        kafka="127.0.0.1:19092",
        mongodb="mongodb://127.0.0.1:27117/",
        secret_key=credentials.secret_key(tmp_path),
        credentials=credentials.of(tmp_path),
        overrides={"ESTEIRA_LOG_LEVEL": "DEBUG"},
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_process_knows_the_servers_and_the_overrides_win(site):
    for program in (SANDBOX, *SERVICES):
        told = site.environment(program.name)
        assert told["ESTEIRA_KAFKA"] == site.kafka
        assert told["ESTEIRA_MONGODB"] == site.mongodb
        assert told["ESTEIRA_LOG_LEVEL"] == "DEBUG"


def test_only_services_hold_the_key_that_opens_credentials(site):
    assert "ESTEIRA_SECRET_KEY" not in site.environment("sandbox")
    assert {s.name for s in SERVICES if "ESTEIRA_SECRET_KEY" in site.environment(s.name)} == {
        service.name for service in SERVICES
    }


def test_only_the_panel_is_told_its_login(site):
    knowing = {s.name for s in SERVICES if "ESTEIRA_PANEL_PASSWORD" in site.environment(s.name)}

    assert knowing == {"panel"}


def test_services_reach_the_sandbox_as_if_it_were_the_erp_and_the_channel(site):
    told = site.environment("capture")

    assert told["ESTEIRA_ERP_URL"] == "http://127.0.0.1:8411/api/v1/"
    assert told["ESTEIRA_SHOPIFY_URL"] == "http://127.0.0.1:8412/shopify/{shop}"
    assert told["ESTEIRA_NUVEMSHOP_URL"] == "http://127.0.0.1:8412/nuvemshop"
    assert told["ESTEIRA_MERCADOLIVRE_URL"] == "http://127.0.0.1:8412/mercadolivre"


def test_the_card_has_what_a_visitor_needs(site):
    card = json.loads(json.dumps(site.card()))

    assert card["panel_url"] == "http://127.0.0.1:8400"
    assert card["capture_url"] == "http://127.0.0.1:8401"
    assert card["erp_url"] == "http://127.0.0.1:8411"
    assert card["channels_url"] == "http://127.0.0.1:8412"
    assert card["panel"].keys() == {"user", "password", "token"}
    assert card["erp"].keys() == {"app_key", "app_secret"}
    assert {store["id"]: store["webhook_url"] for store in card["stores"]} == {
        "demo-shopify": "http://127.0.0.1:8401/webhooks/shopify/demo-shopify",
        "demo-nuvemshop": "http://127.0.0.1:8401/webhooks/nuvemshop/demo-nuvemshop",
        "demo-mercadolivre": "http://127.0.0.1:8401/webhooks/mercadolivre",
    }
    assert card["stores"][0]["id"] == "demo-shopify", "where `make demo` sells"


def test_the_sandbox_and_the_card_agree_on_the_secrets(site):
    assert site.seed()["stores"][:3] == site.card()["stores"]
    assert site.seed()["erp"] == site.card()["erp"]


def test_a_shop_of_every_channel_waits_to_be_connected_with_the_panels_own_app(site):
    told = site.environment("panel")
    waiting = site.seed()["stores"][3:]

    assert [shop["channel"] for shop in waiting] == ["shopify", "nuvemshop", "mercadolivre"]
    for shop in waiting:
        name = f"ESTEIRA_{shop['channel'].upper()}_CLIENT"
        assert (told[f"{name}_ID"], told[f"{name}_SECRET"]) == (
            shop["client_id"],
            shop["webhook_secret"],
        )
        assert shop["redirect_url"].startswith(told["ESTEIRA_PANEL_URL"])
        assert "access_token" not in shop


def test_credentials_are_made_once_and_only_their_owner_reads_them(tmp_path):
    first = credentials.of(tmp_path)
    key = credentials.secret_key(tmp_path)

    assert credentials.of(tmp_path) == first
    assert credentials.secret_key(tmp_path) == key
    assert mode(tmp_path / "demo-credentials.json") == 0o600
    assert mode(tmp_path / "secret.key") == 0o600


def test_the_key_is_thirty_two_bytes_in_base64(tmp_path):
    assert len(base64.b64decode(credentials.secret_key(tmp_path), validate=True)) == 32


def test_two_installations_share_no_secret(tmp_path):
    one, other = (asdict(credentials.Credentials.new()) for _ in range(2))

    shared = {name for name in one if one[name] == other[name]}
    assert shared == {"panel_user", "app_key"}


def test_a_data_folder_of_an_earlier_version_keeps_its_secrets_and_gets_the_new_ones(tmp_path):
    path = tmp_path / "demo-credentials.json"
    before = asdict(credentials.of(tmp_path))
    del before["nuvemshop_token"]
    path.write_text(json.dumps(before), encoding="utf-8")

    after = credentials.of(tmp_path)

    assert asdict(after) | before == asdict(after)
    assert after.nuvemshop_token
    assert credentials.of(tmp_path) == after
    assert mode(path) == 0o600


def test_a_private_file_is_replaced_whole_and_leaves_no_half(tmp_path):
    path = tmp_path / "demo.json"
    private.write(path, "one")
    private.write(path, "two")

    assert path.read_text(encoding="utf-8") == "two"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]
