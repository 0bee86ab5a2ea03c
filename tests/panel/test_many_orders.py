"""Many orders at once, products linked from an order, and two people at the same one."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from chassis.store import Kept
from contracts.commands import ItemCorrection, ReprocessOrder
from contracts.listings import ListingLinked
from contracts.order import KitPart
from contracts.reasons import ReasonCode
from omie.faults import Fault, FaultKind
from panel import batch, claims
from panel.access import Role
from panel.batch import Fate
from panel.people import Grant
from tests.panel.test_row import reprocess
from tests.support.builders import (
    STORE,
    a_store,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.listings import a_listing
from tests.support.memory import MemoryDocuments
from tests.support.panel import ADMIN, KEY, Office, fields_of

ORDERS = f"/lojas/{STORE}/pedidos"
PENDING = f"{ORDERS}/pendentes"
NOW = "2030-01-01T00:00:00+00:00"
BATCH = f"{PENDING}/lote"
EDIT = f"{ORDERS}/1001/editar"
PRODUCT = f"{ORDERS}/1001/produto"
MISSING = ReasonCode.CUSTOMER_DOC_MISSING
UNKNOWN = ReasonCode.PRODUCT_SKU_NOT_FOUND


def waits(office: Office, number: int, code: ReasonCode = MISSING, sku: str = "CAN-9") -> None:
    order = an_order(number, an_item(sku))
    office.board.tell(captured(order), pending(order, code))


def commands(office: Office) -> list[ReprocessOrder]:
    return [m for m in office.topics.messages(ReprocessOrder) if isinstance(m, ReprocessOrder)]


async def sent(browser: httpx.AsyncClient, at: str, **fields: str) -> httpx.Response:
    """A form with the token of a page; names of orders come in with `__` for the dot."""
    token = fields_of(await browser.get("/conta"))["_token"]
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return await browser.post(at, data={"_token": token, **named})


async def test_the_orders_chosen_are_asked_for_and_what_becomes_of_each_is_shown(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in (1001, 1002, 1003):
        waits(office, number)

    answer = await sent(browser, BATCH, quais="escolhidos", pedido__1001="1", pedido__1003="1")
    before = (await browser.get(answer.headers["location"])).text
    first, third = an_order(1001), an_order(1003)
    office.board.tell(validated(first, attempt=2), pending(third, UNKNOWN, attempt=2))
    after = (await browser.get(answer.headers["location"])).text

    asked = {(command.order_id, command.requested_by) for command in commands(office)}
    assert asked == {(f"{STORE}:1001", "ana"), (f"{STORE}:1003", "ana")}
    assert "0 de 2 conferidos" in before
    assert "Todos conferidos" in after
    assert re.findall(r'class="tag[^"]*">([^<]+)<', after) == ["Continua pendente", "Seguiu"]
    assert "SKU não existe no ERP" in after


async def test_all_with_a_reason_are_asked_for_beyond_the_page(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in range(1, 61):
        waits(office, number)
    waits(office, 1001, UNKNOWN)
    page = (await browser.get(f"{PENDING}?motivo={MISSING}")).text

    answer = await sent(browser, BATCH, quais="todos", corte=NOW, motivo=MISSING)

    assert "Reprocessar todos os 60 com este motivo" in page
    assert answer.headers["location"].startswith(f"{BATCH}?id=")
    assert {c.order_id for c in commands(office)} == {f"{STORE}:{n}" for n in range(1, 61)}


async def test_pressing_twice_asks_for_the_same_and_makes_one_batch(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001)
    form = {"_lote": "one-and-the-same", "quais": "todos", "corte": NOW}

    first = await sent(browser, BATCH, **form)
    second = await sent(browser, BATCH, **form)

    assert first.headers["location"] == second.headers["location"]
    assert len({command.command_id for command in commands(office)}) == 1


async def test_only_those_that_still_wait_are_repeated(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001)
    waits(office, 1002)
    await sent(browser, BATCH, _lote="first", quais="todos", corte=NOW)
    office.board.tell(
        validated(an_order(1001), attempt=2), pending(an_order(1002), MISSING, attempt=2)
    )

    await sent(browser, BATCH, _lote="second", quais="falhas", de="first")

    assert [c.order_id for c in commands(office)][2:] == [f"{STORE}:1002"]


async def test_nothing_chosen_is_said(office: Office, browser: httpx.AsyncClient) -> None:
    waits(office, 1001)

    answer = await sent(browser, BATCH, quais="escolhidos")

    assert "Selecione ao menos um pedido" in (await browser.get(answer.headers["location"])).text


async def test_orders_and_batches_of_another_store_are_out_of_reach(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(store_id="outra"))
    waits(office, 1001)
    await sent(browser, BATCH, _lote="ours", quais="todos", corte=NOW)
    elsewhere = "/lojas/outra/pedidos/pendentes"

    chosen = await sent(browser, f"{elsewhere}/lote", quais="escolhidos", pedido__1001="1")
    looked = await browser.get(f"{elsewhere}/lote?id=ours")

    assert chosen.headers["location"] == f"{elsewhere}?aviso=nenhum"
    assert looked.headers["location"] == elsewhere
    assert len(commands(office)) == 1


async def test_a_batch_survives_kafka_being_away(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001)
    office.topics.away = True
    refused = await sent(browser, BATCH, _lote="again", quais="todos", corte=NOW)
    office.topics.away = False
    answer = await sent(browser, BATCH, _lote="again", quais="todos", corte=NOW)

    assert (refused.status_code, answer.status_code) == (503, 303)
    assert len(commands(office)) == 1


def fate_of(*told: Any) -> Fate:
    order = an_order(1001)
    office = Office()
    office.topics.table.put(a_store())
    office.board.tell(captured(order), pending(order))
    [row] = office.board.documents([STORE])
    [asked], _ = batch.plan(office.desk, "b", [row], "ana", lambda _: reprocess().corrections)
    office.board.tell(*told)
    [row] = office.board.documents([STORE])
    return batch.fate(asked, row)


def test_what_became_of_an_order_is_read_from_its_row() -> None:
    order = an_order(1001)

    assert fate_of() is Fate.WAITING
    assert fate_of(reprocess()) is Fate.WAITING
    assert fate_of(pending(order, attempt=2)) is Fate.STILL
    assert fate_of(validated(order, attempt=2)) is Fate.GONE_ON
    assert fate_of(validated(order, attempt=2), posted(order, attempt=2)) is Fate.GONE_ON
    assert fate_of(cancellation_of(order)) is Fate.CANCELLED


def test_an_order_that_cannot_be_asked_for_says_why_and_the_others_are() -> None:
    office = Office()
    office.topics.table.put(a_store())
    one, two = an_order(1001), an_order(1002)
    office.board.tell(captured(one), posted(one), captured(two), pending(two))

    asked, found = batch.plan(
        office.desk, "b", office.board.documents([STORE]), "ana", lambda _: reprocess().corrections
    )

    assert {one.number: one.refused for one in asked} == {"#1001": "integrated", "#1002": ""}
    assert [command.order_id for command in found] == [two.order_id]


def test_a_batch_is_the_same_after_the_database() -> None:
    office = Office()
    one = batch.Batch(STORE, "ana", office.clock(), (batch.Asked("s:1", "#1", 1, 2, "integrated"),))

    assert batch.decode(batch.encode(one)) == one


# Linking a product.

MUG = {"codigo_produto": 7711, "codigo": "CAN-350", "descricao": "Caneca azul", "ean": "789"}
RETIRED = {"codigo_produto": 7712, "codigo": "CAN-1", "descricao": "Caneca", "inativo": "S"}


@pytest.fixture
def linked(office: Office) -> Office:
    """An office whose store has keys to the ERP, which knows two mugs."""
    secret = office.vault.seal("s", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=secret, erp_app_key=KEY))
    office.erp.answers["ListarProdutos"] = {"produto_servico_cadastro": [RETIRED, MUG]}
    return office


async def test_a_line_is_linked_to_a_product_that_the_erp_has(
    linked: Office, browser: httpx.AsyncClient
) -> None:
    waits(linked, 1001, UNKNOWN)

    page = (await browser.get(f"{PRODUCT}?item=1&q=caneca")).text
    answer = await sent(browser, PRODUCT, item="1", produto="7711", escopo="pedido")

    assert page.index("Caneca azul") < page.index("inativo no ERP")
    assert answer.headers["location"].startswith(PENDING)
    [command] = commands(linked)
    assert command.corrections.items == (ItemCorrection(item_id="1", erp_product_id=7711),)


async def test_all_that_wait_with_the_sku_are_linked_at_once(
    linked: Office, browser: httpx.AsyncClient
) -> None:
    for number in (1001, 1002):
        waits(linked, number, UNKNOWN, sku="CAN-9")
    waits(linked, 1003, UNKNOWN, sku="CAN-99")

    page = (await browser.get(PRODUCT)).text
    answer = await sent(browser, PRODUCT, item="1", produto="7711", escopo="pendentes")

    assert "Todos os pendentes com o SKU CAN-9 (2)" in page
    assert answer.headers["location"].startswith(BATCH)
    assert {c.order_id for c in commands(linked)} == {f"{STORE}:1001", f"{STORE}:1002"}
    assert all(c.corrections.items[0].erp_product_id == 7711 for c in commands(linked))


@pytest.mark.parametrize("product", ["", "²", "-1", "9" * 30, "7711; drop"])
async def test_no_other_product_than_a_number_is_taken(
    linked: Office, browser: httpx.AsyncClient, product: str
) -> None:
    waits(linked, 1001, UNKNOWN)

    answer = await sent(browser, PRODUCT, item="1", produto=product)

    assert answer.status_code == 422
    assert "Escolha um produto da lista" in answer.text
    assert commands(linked) == []


async def test_an_erp_that_does_not_answer_is_said_to(
    linked: Office, browser: httpx.AsyncClient
) -> None:
    waits(linked, 1001, UNKNOWN)
    linked.erp.answers["ListarProdutos"] = Fault(FaultKind.AUTH, "A chave não é válida.")

    assert "ainda não puderam ser lidos" in (await browser.get(PRODUCT)).text


async def test_a_listing_is_linked_for_good_where_it_is_known(
    linked: Office, browser: httpx.AsyncClient
) -> None:
    item = an_item("CAN-9", listing_id="9001", variation_id="v-1")
    order = an_order(1001, item)
    linked.board.tell(captured(order), pending(order, UNKNOWN))
    before = (await browser.get(PRODUCT)).text
    linked.listings.kept[f"{STORE}:9001"] = Kept(a_listing("9001"), 1)
    after = (await browser.get(PRODUCT)).text

    answer = await sent(browser, PRODUCT, item="1", produto="7711", escopo="anuncio")

    assert "Este anúncio" not in before
    assert "Este anúncio" in after
    assert answer.headers["location"] == f"{PENDING}?aviso=vinculo"
    [link] = linked.topics.messages(ListingLinked)
    assert isinstance(link, ListingLinked)
    assert (link.variation_id, link.chosen_by, link.version) == ("v-1", "ana", 1)
    assert link.parts == (KitPart(erp_product_id=7711),)
    assert [entry.what for entry in linked.audit.entries] == ["anuncio_vinculado"]
    assert commands(linked) == []


# Two people at one order.


async def of(office: Office, visitor: httpx.AsyncClient, user: str) -> None:
    office.hire(user, ADMIN if user == "ana" else Grant(stores={STORE: Role.OPERATOR}))
    await office.let_in(visitor, user)


async def test_of_two_who_save_one_order_the_second_is_told_and_overwrites_nothing(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    waits(office, 1001)
    await of(office, visitor, "bia")
    bias = fields_of(await visitor.get(EDIT)) | {"buyer.phone": "11 91111-1111"}
    await of(office, visitor, "rui")
    ruis = fields_of(await visitor.get(EDIT)) | {"buyer.phone": "11 92222-2222"}

    first = await visitor.post(EDIT, data=ruis)
    await of(office, visitor, "bia")
    bias["_token"] = fields_of(await visitor.get("/conta"))["_token"]
    second = await visitor.post(EDIT, data=bias)

    assert (first.status_code, second.status_code) == (303, 409)
    assert "rui salvou este pedido" in second.text
    assert "No pedido agora" in second.text
    assert fields_of(second)["buyer.phone"] == "11 91111-1111"
    [command] = commands(office)
    assert command.requested_by == "rui"


async def test_saving_twice_asks_for_the_same(office: Office, browser: httpx.AsyncClient) -> None:
    waits(office, 1001)
    form = fields_of(await browser.get(EDIT)) | {"buyer.phone": "11 91111-1111"}

    answers = [await browser.post(EDIT, data=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({command.command_id for command in commands(office)}) == 1


async def test_an_order_that_somebody_else_asked_for_meanwhile_names_them(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001)
    form = fields_of(await browser.get(EDIT))
    office.board.tell(reprocess().model_copy(update={"requested_by": "rui"}))

    answer = await browser.post(EDIT, data=form)

    assert answer.status_code == 409
    assert "rui salvou este pedido" in answer.text


async def test_a_claim_does_not_outlast_whoever_was_cut_off(office: Office) -> None:
    waits(office, 1001)
    [row] = office.board.documents([STORE])
    kept: MemoryDocuments[claims.Claim] = MemoryDocuments()
    await claims.claim(kept, row, "rui", office.clock())

    at_once = await claims.claim(kept, row, "bia", office.clock())
    office.clock.advance(minutes=3)
    later = await claims.claim(kept, row, "bia", office.clock())

    assert at_once is not None
    assert at_once.by == "rui"
    assert later is None
    assert claims.decode(claims.encode(at_once)) == at_once


async def test_a_note_goes_into_the_history(office: Office, browser: httpx.AsyncClient) -> None:
    waits(office, 1001)
    form = fields_of(await browser.get(EDIT)) | {"note": "O cliente ligou."}

    await browser.post(EDIT, data=form)

    [command] = commands(office)
    assert command.corrections.note == "O cliente ligou."
    assert command.corrections.buyer is None


async def test_all_are_asked_for_after_somebody_saw_how_many_they_are_and_as_they_were_then(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in range(1, 4):
        waits(office, number)
    seen = await sent(browser, BATCH, quais="todos", motivo=MISSING)
    later = {"occurred_at": office.clock() + timedelta(minutes=1)}
    late = pending(an_order(4), MISSING)
    office.clock.advance(minutes=2)
    office.board.tell(captured(an_order(4)), late.model_copy(update=later))
    before = commands(office)

    confirmed = await browser.post(BATCH, data=fields_of(seen) | {"quais": "todos"})

    assert "Reprocessar 3 pedidos?" in seen.text
    assert "CPF/CNPJ ausente" in seen.text
    assert before == []
    assert confirmed.status_code == 303
    assert {c.order_id for c in commands(office)} == {f"{STORE}:{number}" for number in range(1, 4)}


async def test_nobody_confirms_what_is_nothing(browser: httpx.AsyncClient) -> None:
    answer = await sent(browser, BATCH, quais="todos")

    assert answer.status_code == 303
    assert "aviso=nenhum" in answer.headers["location"]
