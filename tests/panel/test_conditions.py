"""What holds an ERP account is shown on its stores, once, as long as it lasts."""

from datetime import timedelta

import httpx
import pytest

from contracts.accounts import AccountCondition, Condition
from panel.conditions import TEXTS
from tests.support.builders import ACCOUNT, a_store
from tests.support.panel import Office


def told(office: Office, condition: Condition, **changes: object) -> None:
    """The ERP writer says this of the demo store's account."""
    word = {"account_id": ACCOUNT, "since": office.clock(), "occurred_at": office.clock()}
    office.conditions.put(AccountCondition(condition=condition, **word | changes))


async def test_a_store_whose_account_is_well_says_nothing_of_it(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/v1/stores/demo-shopify")).json()["erp_condition"] is None


@pytest.mark.parametrize("condition", [c for c in Condition if c is not Condition.GOOD])
async def test_what_holds_an_account_is_told_of_each_of_its_stores_and_of_no_other(
    office: Office, http: httpx.AsyncClient, condition: Condition
) -> None:
    office.topics.table.put(a_store(store_id="irma"))
    office.topics.table.put(a_store(store_id="outra", account_id="omie-5"))
    told(office, condition)

    shown = (await http.get("/api/v1/stores")).json()["items"]

    assert {s["store_id"]: s["erp_condition"] and s["erp_condition"]["text"] for s in shown} == {
        "demo-shopify": TEXTS[condition],
        "irma": TEXTS[condition],
        "outra": None,
    }


async def test_a_condition_is_over_when_its_time_is_or_when_that_is_said(
    office: Office, http: httpx.AsyncClient
) -> None:
    told(office, Condition.BLOCKED, until=office.clock() + timedelta(minutes=30))
    shown = (await http.get("/api/v1/stores/demo-shopify")).json()["erp_condition"]
    assert (shown["condition"], shown["until"] > shown["since"]) == ("blocked", True)

    office.clock.advance(minutes=30)
    assert (await http.get("/api/v1/stores/demo-shopify")).json()["erp_condition"] is None

    told(office, Condition.KEYS_REFUSED)
    told(office, Condition.GOOD)
    assert (await http.get("/api/v1/stores/demo-shopify")).json()["erp_condition"] is None


async def test_the_choice_of_stores_says_what_to_do_about_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for store_id in ("demo-shopify", "outra"):
        office.topics.table.put(a_store(store_id=store_id, erp_app_secret="v1.sealed"))
    told(office, Condition.KEYS_REFUSED)

    page = await browser.get("/lojas")

    assert page.text.count("O ERP não aceita as credenciais") == 2
