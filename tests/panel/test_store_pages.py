"""A store is set up from lists that the ERP gives, tested, and says what to fix first."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.store import Kept
from contracts.accounts import AccountCondition, Condition
from contracts.connections import ChannelAccess
from contracts.reasons import ReasonCode
from contracts.stores import StoreConfigured, StoreSettings
from omie.registers import LISTINGS
from panel.access import Role
from panel.connection import Connection
from panel.erp.lists import ErpList, Lists, decode, encode
from panel.erp.reader import Reader
from panel.pages import store_typed
from panel.pages.store_form import Form, unread
from panel.people import Grant
from panel.stores import CHANNELS
from tests.support.builders import STORE, a_store, an_order, captured, pending, validated
from tests.support.panel import Office, fields_of
from tests.support.panel_erp import KEYS_REFUSED, LISTS, REDUNDANT

FORM = f"/lojas/{STORE}/configurar"


def a_real_store(office: Office, **changes: Any) -> StoreConfigured:
    """A store whose secrets can be opened."""
    sealed = {
        "erp_app_secret": office.vault.seal("erp-secret", f"{STORE}:erp_app_secret"),
        "channel_token": office.vault.seal("shpat-token", f"{STORE}:channel_token"),
        "webhook_secrets": (office.vault.seal("hook-secret", f"{STORE}:webhook_secret"),),
    }
    store = a_store(**sealed | changes)
    office.topics.table.put(store)
    return store


@pytest.fixture
def store(office: Office) -> StoreConfigured:
    return a_real_store(office)


async def fill(http: httpx.AsyncClient, **typed: str) -> dict[str, str]:
    """The form as the browser has it, with some fields typed anew."""
    return fields_of(await http.get(FORM)) | typed


def told(office: Office) -> StoreConfigured:
    """The store as everybody was told last."""
    message = office.topics.messages(StoreConfigured)[-1]
    assert isinstance(message, StoreConfigured)
    return message


def known(office: Office) -> StoreConfigured:
    """The store as this process knows it."""
    store = office.topics.table.get(STORE)
    assert store is not None
    return store


def options_of(page: str, name: str) -> dict[str, str]:
    """What a field offers: codes and names."""
    select = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert select, name
    found = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', select[0])
    return dict(found)


@pytest.mark.usefixtures("store")
async def test_lists_come_from_the_erp_and_offer_what_can_be_used(
    browser: httpx.AsyncClient,
) -> None:
    page = (await browser.get(FORM)).text

    assert options_of(page, "erp_stage_code")["20"] == "Separar Estoque"
    assert options_of(page, "salesperson_code") == {"": "O nome do canal", "55": "Marina"}
    assert "1.01" not in options_of(page, "erp_category_code")
    assert "7700000346" not in options_of(page, "bank_account_code")
    assert "lidas do ERP em" in page


async def test_saving_the_form_as_it_is_changes_nothing(
    office: Office, browser: httpx.AsyncClient, store: StoreConfigured
) -> None:
    answer = await browser.post(FORM, data=await fill(browser))

    assert answer.headers["location"] == f"{FORM}?aviso=loja"
    assert office.topics.messages(StoreConfigured) == []
    assert office.topics.table.get(STORE) == store


@pytest.mark.usefixtures("store")
async def test_what_is_chosen_is_told_to_everybody_and_written_down(
    office: Office, browser: httpx.AsyncClient
) -> None:
    typed = await fill(
        browser,
        nome="Loja da Praça",
        salesperson_code="55",
        payment_source="default",
        **{
            "meio:pix": "17",
            "gateway:0": "PagueJá",
            "gateway-codigo:0": "17",
            "frete:0": "PAC",
            "frete-codigo:0": "990",
            "update_erp_customer": "sim",
            "document_keys": "cpf_cliente, doc",
        },
    )

    answer = await browser.post(FORM, data=typed)

    new = told(office)
    assert answer.status_code == 303
    assert (new.name, new.settings.salesperson_code) == ("Loja da Praça", 55)
    assert new.settings.payment_source == "default"
    assert new.settings.payment_methods["PagueJá"] == "17"
    assert new.settings.carriers == {"PAC": 990}
    assert new.settings.update_erp_customer
    assert new.settings.document_keys == ("cpf_cliente", "doc")
    [entry] = office.audit.entries
    assert (entry.by, entry.what, entry.about) == ("ana", "loja_alterada", STORE)
    assert {"name", "salesperson_code"} <= set(entry.details)


@pytest.mark.usefixtures("store")
async def test_orders_are_wanted_from_the_begin_of_a_day_in_brazil(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await browser.post(FORM, data=await fill(browser, orders_from="2026-10-01"))
    assert told(office).settings.orders_from == datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
    assert 'value="2026-10-01"' in (await browser.get(FORM)).text

    answer = await browser.post(FORM, data=await fill(browser, orders_from="2026-02-31"))
    assert answer.status_code == 422
    assert "Esta data não existe" in answer.text

    await browser.post(FORM, data=await fill(browser, orders_from=""))
    assert told(office).settings.orders_from is None


async def test_what_a_store_excludes_is_typed_in_the_words_of_its_channel(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    typed = await fill(browser, excluded_tags="carga antiga, , vip ,vip", excluded_sources=" pos")
    await browser.post(FORM, data=typed)

    settings = told(office).settings
    assert settings.excluded_tags == ("carga antiga", "vip")
    assert settings.excluded_sources == ("pos",)
    assert 'value="carga antiga, vip"' in (await browser.get(FORM)).text


async def test_a_channel_whose_orders_have_no_tags_offers_none_to_exclude(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office, channel="nuvemshop", domain="123")

    page = (await browser.get(FORM)).text

    assert 'name="excluded_tags"' not in page
    assert 'name="excluded_sources"' in page


async def test_a_store_of_a_channel_without_words_of_its_own_is_set_up_like_any_other(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office, channel="feira", domain="banca-7")

    page = await browser.get(FORM)

    assert page.status_code == 200
    assert "excluded_tags" not in page.text


@pytest.mark.usefixtures("store")
async def test_while_the_erp_is_down_fields_stay_as_they_are(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.erp.away = True

    page = await browser.get(FORM)
    answer = await browser.post(FORM, data=fields_of(page) | {"nome": "Outro nome"})

    assert "não puderam ser lidas" in page.text
    assert answer.status_code == 303
    assert told(office).settings == a_store().settings


@pytest.mark.usefixtures("store")
async def test_lists_that_grew_old_are_shown_with_their_time_and_read_again(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await browser.get(FORM)
    asked = len(office.erp.asked)
    again = await browser.get(FORM)
    office.clock.advance(minutes=10)
    stale = await browser.get(FORM)

    assert "podem ter mudado" not in again.text
    assert "podem ter mudado" in stale.text
    assert asked == len(LISTS)
    assert options_of(stale.text, "erp_stage_code")["20"] == "Separar Estoque"


async def test_a_list_that_somebody_else_just_asked_for_is_asked_again_after_the_minute(
    office: Office, store: StoreConfigured
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        office.clock.advance(seconds=seconds)
        office.erp.answers["ListarOrigem"] = LISTS["ListarOrigem"]

    office.erp.answers["ListarOrigem"] = REDUNDANT
    reader = Reader(office.window.accounts, office.lists, office.clock, sleep=sleep)

    await reader.read_again(store)

    lists = await reader.lists(store)
    assert lists.name_of("origins", "API") == "API"
    assert lists.read_at is not None
    assert [seconds > 61 for seconds in waited] == [True]
    assert office.erp.asked.count("ListarOrigem") == 2
    assert office.erp.asked.count("ListarVendedores") == 1


@pytest.mark.usefixtures("store")
async def test_a_list_that_the_erp_does_not_show_leaves_the_others_alone(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.erp.answers["ListarVendedores"] = KEYS_REFUSED

    page = (await browser.get(FORM)).text

    assert options_of(page, "erp_stage_code")["20"] == "Separar Estoque"
    assert options_of(page, "salesperson_code") == {"": "O nome do canal"}
    assert "faltam as opções do ERP para Vendedor. Atualize a página em um minuto" in page


def test_whatever_list_is_missing_has_a_name_for_people() -> None:
    read = {name: ErpList({}, datetime.now(UTC)) for name in LISTINGS}

    assert unread(Lists("a", read)) == []
    for name in LISTINGS:
        assert unread(Lists("a", {n: one for n, one in read.items() if n != name})) != []


async def test_a_choice_that_the_erp_no_longer_has_is_kept_and_said_to_be_gone(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office, settings=a_store().settings.model_copy(update={"salesperson_code": 99}))

    page = (await browser.get(FORM)).text
    answer = await browser.post(FORM, data=fields_of(await browser.get(FORM)))

    assert "não está mais na lista" in options_of(page, "salesperson_code")["99"]
    assert answer.status_code == 303
    assert office.topics.messages(StoreConfigured) == []


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"erp_stage_code": "99"}, "erp_stage_code"),
        ({"nome": "  "}, "nome"),
        ({"nome": "x" * 201}, "nome"),
        ({"domain": "127.0.0.1/?x"}, "domain"),
        ({"frete:0": "PAC", "frete-codigo:0": "dez"}, "frete-codigo:0"),
        ({"app_secret": "new-secret"}, "confirmo"),
        ({"app_key": "5550001112223", "confirmo": "sim"}, "app_secret"),
        ({"app_key": "não é", "app_secret": "x", "confirmo": "sim"}, "app_key"),
    ],
)
async def test_what_cannot_be_is_said_at_the_field_and_nothing_is_saved(
    office: Office, browser: httpx.AsyncClient, typed: Mapping[str, str], field: str
) -> None:
    answer = await browser.post(FORM, data=await fill(browser, **typed))

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert re.search(rf'id="{re.escape(field)}"[^>]*aria-invalid="true"', answer.text)
    assert office.topics.messages(StoreConfigured) == []


@pytest.mark.usefixtures("store")
async def test_keys_change_after_a_warning_and_are_never_shown(
    office: Office, browser: httpx.AsyncClient
) -> None:
    typed = {"app_key": "5550001112223", "app_secret": "new-secret", "webhook_secret": "new-hook"}

    warned = await browser.post(FORM, data=await fill(browser, **typed))
    await browser.post(FORM, data=await fill(browser, **typed, confirmo="sim"))
    page = await browser.get(FORM)

    new = told(office)
    assert "nenhum pedido segue" in warned.text
    assert office.vault.open(new.erp_app_secret, f"{STORE}:erp_app_secret") == "new-secret"
    hooks = [office.vault.open(s, f"{STORE}:webhook_secret") for s in new.webhook_secrets]
    assert hooks == ["new-hook", "hook-secret"]
    for secret in ("new-secret", "new-hook", "hook-secret", "shpat-token", "v1."):
        assert secret not in warned.text
        assert secret not in page.text
        assert secret not in str(office.audit.entries)


@pytest.mark.usefixtures("store")
async def test_who_saves_an_older_form_is_told_and_overwrites_nothing(
    office: Office, browser: httpx.AsyncClient
) -> None:
    older = await fill(browser, nome="O mais antigo")
    await browser.post(FORM, data=await fill(browser, nome="O mais novo"))

    answer = await browser.post(FORM, data=older)

    assert answer.status_code == 409
    assert "Alguém salvou esta loja" in answer.text
    assert fields_of(answer)["nome"] == "O mais antigo"
    assert told(office).name == "O mais novo"


async def test_margin_and_stock_are_chosen_from_what_is_known(
    office: Office, browser: httpx.AsyncClient, store: StoreConfigured
) -> None:
    page = (await browser.get(FORM)).text
    answer = await browser.post(FORM, data=await fill(browser, margin_base="cost"))
    wrong = await browser.post(FORM, data=await fill(browser, stock_movement_mode="1"))

    assert set(options_of(page, "margin_base")) == {"none", "cost", "sale"}
    assert list(options_of(page, "stock_movement_mode")) == ["2"]
    assert answer.status_code == 303
    assert told(office).settings == store.settings.model_copy(update={"margin_base": "cost"})
    assert wrong.status_code == 422
    assert "Escolha uma opção da lista." in wrong.text


# "Testar".


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("answer", "away", "said"),
    [
        ({"empresas_cadastro": [{"nome_fantasia": "Cerâmica"}]}, False, "empresa Cerâmica"),
        ({}, False, "O ERP aceita as chaves."),
        (KEYS_REFUSED, False, "não aceita a App Key ou a App Secret"),
        ({}, True, "O ERP não respondeu"),
    ],
)
async def test_testing_the_erp_says_in_plain_words_whether_the_keys_work(
    office: Office, browser: httpx.AsyncClient, answer: Any, away: bool, said: str
) -> None:
    token = {"_token": (await fill(browser))["_token"]}
    office.erp.answers["ListarEmpresas"], office.erp.away = answer, away

    page = await browser.post(f"{FORM}/testar-erp", data=token)

    assert said in page.text
    assert not any(call.startswith("Incluir") for call in office.erp.asked)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("held", "answer", "told_again"),
    [
        (Condition.KEYS_REFUSED, {}, True),
        (Condition.KEYS_REFUSED, KEYS_REFUSED, False),
        (Condition.UNREACHABLE, {}, False),
        (None, {}, False),
    ],
)
async def test_keys_that_are_found_to_work_again_let_waiting_orders_go_on_at_once(
    office: Office,
    browser: httpx.AsyncClient,
    held: Condition | None,
    answer: Any,
    told_again: bool,
) -> None:
    token = {"_token": (await fill(browser))["_token"]}
    office.erp.answers["ListarEmpresas"] = answer
    before = known(office)
    if held:
        word = {"account_id": before.account_id, "condition": held}
        now = office.clock()
        office.conditions.put(AccountCondition(occurred_at=now, since=now, **word))

    page = await browser.post(f"{FORM}/testar-erp", data=token)

    assert ("Os pedidos que esperavam por elas seguem agora." in page.text) == told_again
    after = known(office)
    assert after.version == before.version + told_again
    same = {"version", "occurred_at"}
    assert after.model_dump(exclude=same) == before.model_dump(exclude=same)
    assert fields_of(page)["versao"] == str(after.version)


@pytest.mark.usefixtures("store")
async def test_orders_that_validation_holds_for_refused_keys_go_on_as_well(
    office: Office, browser: httpx.AsyncClient
) -> None:
    token = {"_token": (await fill(browser))["_token"]}
    order = an_order()
    office.board.tell(captured(order), pending(order, ReasonCode.ERP_CREDENTIALS_INVALID))
    before = known(office)

    page = await browser.post(f"{FORM}/testar-erp", data=token)

    assert "seguem agora" in page.text
    assert known(office).version == before.version + 1


@pytest.mark.usefixtures("store")
async def test_refused_keys_are_not_called_good_when_tested_twice(
    office: Office, browser: httpx.AsyncClient
) -> None:
    token = {"_token": (await fill(browser))["_token"]}
    office.erp.answers["ListarEmpresas"] = KEYS_REFUSED

    pages = [await browser.post(f"{FORM}/testar-erp", data=token) for _ in range(2)]

    assert all("O ERP aceita" not in page.text for page in pages)


def may(*scopes: str) -> dict[str, Any]:
    """Shopify's answer to an app of these scopes."""
    installed = {"accessScopes": [{"handle": scope} for scope in scopes]}
    return {"data": {"shop": {"name": "Minha"}, "currentAppInstallation": installed}}


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, None, "O canal aceita a chave de acesso: loja Loja Demo"),
        (200, {"errors": [{"message": "denied"}]}, "não aceita a chave"),
        (200, {"data": {"shop": {"name": "X", "myshopifyDomain": "x.myshopify.com"}}}, "outra"),
        (200, may("read_orders", "write_products"), "O canal aceita a chave de acesso: loja Minha"),
        (200, may("read_products"), "a permissão de read_orders:"),
        (200, may(), "a permissão de read_orders e read_products:"),
        (401, {}, "não aceita a chave"),
        (404, {}, "não conhece este endereço"),
        (503, {}, "não respondeu"),
        (0, {}, "não respondeu"),
    ],
)
async def test_testing_the_channel_says_in_plain_words_whether_the_token_works(
    office: Office, browser: httpx.AsyncClient, status: int, body: Any, said: str
) -> None:
    token = {"_token": (await fill(browser))["_token"]}
    office.shopify.status = status
    office.shopify.body = office.shopify.body if body is None else body

    page = await browser.post(f"{FORM}/testar-canal", data=token)

    assert said in page.text
    [asked] = office.shopify.asked
    assert asked.url.host == "demo-shopify.myshopify.com"
    assert asked.headers["x-shopify-access-token"] == "shpat-token"


def at(channel: str, office: Office, **changes: Any) -> None:
    a_real_store(office, channel=channel, domain="4211", **changes)


@pytest.mark.parametrize(
    ("channel", "answer", "said"),
    [
        ("nuvemshop", (200, []), "O canal aceita a chave de acesso: loja 4211"),
        ("nuvemshop", (401, {}), "não aceita a chave"),
        ("nuvemshop", (402, {}), "suspendeu a loja"),
        ("nuvemshop", (404, {}), "não conhece este endereço"),
        ("nuvemshop", (0, {}), "não respondeu"),
        ("mercadolivre", (200, {"id": 4211, "nickname": "CERAMICA"}), "loja CERAMICA"),
        ("mercadolivre", (200, {"id": 7, "nickname": "OUTRA"}), "outra loja"),
        ("mercadolivre", (403, {}), "não aceita a chave"),
        ("mercadolivre", (429, {}), "não respondeu"),
    ],
)
async def test_every_channel_is_tested_with_a_question_of_its_own(
    office: Office, browser: httpx.AsyncClient, channel: str, answer: tuple[int, Any], said: str
) -> None:
    at(channel, office)
    office.shopify.status, office.shopify.body = answer
    form = await browser.get(FORM)

    page = await browser.post(f"{FORM}/testar-canal", data={"_token": fields_of(form)["_token"]})

    assert f"Testar {CHANNELS[channel]}" in form.text
    assert said in page.text
    asked = office.shopify.asked[0]
    assert asked.url.host in {"api.nuvemshop.com.br", "api.mercadolibre.com"}
    assert asked.headers["authorization"] == "Bearer shpat-token"


@pytest.mark.parametrize(
    ("access", "works", "said"),
    [
        (ChannelAccess.GRANTED, True, "conferiu em 20/11/2026 11:30: o canal aceita"),
        (ChannelAccess.REFUSED, False, "não aceita a chave"),
        (None, False, "ainda não a conferiu"),
    ],
)
async def test_of_a_token_that_capture_has_renewed_capture_is_believed(
    office: Office,
    browser: httpx.AsyncClient,
    access: ChannelAccess | None,
    works: bool,
    said: str,
) -> None:
    refresh = office.vault.seal("refresh", f"{STORE}:channel_refresh_token")
    ended = office.clock() - timedelta(hours=1)
    at("mercadolivre", office, channel_refresh_token=refresh, channel_token_expires_at=ended)
    if access:
        seen = Connection(
            store_id=STORE,
            at=office.clock() - timedelta(minutes=30),
            store_version=1,
            access=access,
        )
        office.connections.kept[STORE] = Kept(seen, 1)
    token = fields_of(await browser.get(FORM))["_token"]

    page = (await browser.post(f"{FORM}/testar-canal", data={"_token": token})).text

    assert said in page
    assert ('class="notice good" role="status">A captura' in page) is works
    assert office.shopify.asked == []


# How a store is doing.


async def test_a_store_that_lacks_an_option_says_which_and_how_many_orders_wait(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office, settings=StoreSettings(erp_stage_code="20"))
    order = an_order()
    office.board.tell(captured(order), validated(order))

    for path in ("/lojas", "/gerenciar", f"/lojas/{STORE}", FORM):
        text = (await browser.get(path)).text
        assert "Falta escolher Categoria ERP e Conta corrente" in text, path
    assert "1 pedido espera" in (await browser.get(f"/lojas/{STORE}")).text


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (ReasonCode.ERP_CREDENTIALS_INVALID, "O ERP recusou a App Key e a App Secret"),
        (ReasonCode.STORE_CONFIG_INCOMPLETE, "Uma opção da loja falta ou não existe mais"),
    ],
)
@pytest.mark.usefixtures("store")
async def test_what_holds_pending_orders_of_a_whole_store_is_said_once_with_their_number(
    office: Office, browser: httpx.AsyncClient, why: ReasonCode, said: str
) -> None:
    for order in (an_order(1), an_order(2)):
        office.board.tell(captured(order), pending(order, why))
    other = an_order(3)
    office.board.tell(captured(other), pending(other))

    for path in ("/lojas", "/gerenciar", f"/lojas/{STORE}", FORM):
        page = (await browser.get(path)).text
        assert (page.count(said), "2 pedidos esperam" in page) == (1, True), path


@pytest.mark.usefixtures("store")
async def test_orders_that_wait_long_are_worth_a_word(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(updated_at=office.clock())
    office.board.tell(captured(order), validated(order))
    before = (await browser.get(f"/lojas/{STORE}")).text
    office.clock.advance(minutes=16)
    after = (await browser.get(f"/lojas/{STORE}")).text

    assert "mais tempo que o normal" not in before
    assert "mais tempo que o normal" in after
    assert "o mais antigo há 16 min" in after


async def test_an_administrator_without_a_role_sets_stores_up_and_sees_no_order(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    a_real_store(office)
    office.hire("chefe", Grant(admin=True))
    await office.let_in(visitor, "chefe")

    form = await visitor.get(FORM)
    orders = await visitor.get(f"/lojas/{STORE}/pedidos/pendentes")
    home = await visitor.get(f"/lojas/{STORE}")

    assert (form.status_code, orders.status_code, home.status_code) == (200, 403, 403)


@pytest.mark.parametrize(
    "grant", [Grant(stores={STORE: Role.READER}), Grant(admin=True), Grant(everywhere=Role.MANAGER)]
)
async def test_nobody_is_offered_what_would_be_refused(
    office: Office, visitor: httpx.AsyncClient, grant: Grant
) -> None:
    a_real_store(office, settings=StoreSettings())
    office.topics.table.put(a_store(store_id="outra", name="Outra"))
    order = an_order()
    office.board.tell(captured(order), validated(order))
    office.hire("lia", grant)
    await office.let_in(visitor, "lia")
    seen: set[str] = set()
    new = {"/", "/lojas", FORM, f"/lojas/{STORE}", f"/lojas/{STORE}/pedidos/pendentes"}
    allowed = {path for path in new if (await visitor.get(path)).status_code == 200}

    while new := allowed - seen:
        seen |= new
        for path in new:
            page = await visitor.get(path)
            assert page.status_code in {200, 303}, path
            allowed |= set(re.findall(r'<a [^>]*href="(/(?!api/)[^"#?]*)', page.text))
    assert len(seen) > 3


@given(typed=st.dictionaries(st.sampled_from(["erp_stage_code", "frete:0", "frete-codigo:0",
       "gateway:0", "meio:pix", "parcelas:2", "document_keys", "nome"]), st.text()))  # fmt: skip
def test_whatever_is_typed_is_refused_or_makes_settings(typed: dict[str, str]) -> None:
    store = a_store()
    form = Form(store, Lists(store.account_id), typed).sections()

    if not store_typed.errors(form, typed):
        wanted = store_typed.options(typed, store.settings)
        assert StoreSettings.model_validate(wanted)


async def test_lists_survive_their_document(office: Office) -> None:
    store = a_real_store(office)
    lists = await office.window.lists.lists(store)

    assert decode(encode(lists)) == lists
    assert lists.fresh(office.clock())
    assert not lists.fresh(office.clock() + timedelta(minutes=5))


@pytest.mark.usefixtures("store")
async def test_keys_are_changed_only_soon_after_a_login_and_options_at_any_time(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.clock.advance(minutes=16)
    keys = {"app_secret": "new-secret", "confirmo": "sim"}

    refused = await browser.post(FORM, data=await fill(browser, **keys))
    hook = await browser.post(FORM, data=await fill(browser, webhook_secret="new-hook"))
    saved = await browser.post(FORM, data=await fill(browser, nome="Outro nome"))

    assert (refused.status_code, hook.status_code, saved.status_code) == (422, 422, 303)
    assert "entre de novo" in refused.text
    assert told(office).name == "Outro nome"
