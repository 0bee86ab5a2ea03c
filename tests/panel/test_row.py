"""One order on the panel: which tab it is in, and what its row shows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.cancellations import CancellationChoice, Undoing
from contracts.commands import BuyerCorrection, Corrections, ItemCorrection, ReprocessOrder
from contracts.envelope import Event, Message
from contracts.events import ErpStanding, OrderErased, PendingStage, TextChange
from contracts.order import Order
from contracts.reasons import ReasonCode
from contracts.stores import StoreConfigured
from panel.row import ForeignOrder, Row, decode, encode, step
from panel.search import MARK, exact
from panel.timeline import text
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    STORE,
    a_buyer,
    a_store,
    an_item,
    an_order,
    cancellation_of,
    cancelled,
    captured,
    chosen,
    kept,
    pending,
    posted,
    refunded,
    validated,
)

ORDER = an_order()
NEEDS_ACTION = cancellation_of(ORDER, Undoing.NEEDS_ACTION)
CHECKING = cancellation_of(ORDER, Undoing.CHECKING, decision=1)
EXIGE_ACAO = ("cancelled", "exige_acao")
CHANGED = ReasonCode.ORDER_CHANGED_AT_CHANNEL
REJECTED = ReasonCode.ERP_REJECTED


def row_of(*messages: Message) -> Row:
    row: Row | None = None
    for message in messages:
        row, told = step(row, message)
        assert told == ()
    assert row is not None
    return row


def shown(*messages: Message) -> dict[str, Any]:
    return encode(row_of(*messages))


def where(*messages: Message) -> tuple[str | None, str]:
    document = shown(*messages)
    return document["tab"], document["situation"]


def reprocess(order: Order = ORDER, command_id: str = "c-1", **changes: Any) -> ReprocessOrder:
    return ReprocessOrder(
        **{
            "command_id": command_id,
            "order_id": order.order_id,
            "store_id": STORE,
            "account_id": ACCOUNT,
            "requested_by": "ana",
            "occurred_at": PAID_AT + timedelta(minutes=1),
        }
        | changes
    )


def erased(order: Order = ORDER) -> OrderErased:
    return OrderErased(
        order_id=order.order_id,
        store_id=STORE,
        account_id=ACCOUNT,
        revision=1,
        occurred_at=PAID_AT + timedelta(days=9),
    )


POSTED_THEN_CHANGED = (
    captured(ORDER),
    posted(ORDER),
    pending(ORDER, CHANGED, attempt=2, parked_by=PendingStage.ERP),
)


@pytest.mark.parametrize(
    ("messages", "place"),
    [
        ([captured(ORDER)], (None, "em_validacao")),
        ([captured(ORDER), validated(ORDER)], ("processed", "aguardando_erp")),
        ([captured(ORDER), pending(ORDER)], ("pending", "pendente")),
        ([captured(ORDER), validated(ORDER), posted(ORDER)], ("processed", "integrado")),
        # A correction lets a pending order through; a refusal by the ERP takes it back.
        ([pending(ORDER), validated(ORDER, attempt=2)], ("processed", "aguardando_erp")),
        (
            [validated(ORDER), pending(ORDER, REJECTED, parked_by=PendingStage.ERP)],
            ("pending", "pendente"),
        ),
        # Once posted, later verdicts on the same revision do not take the order back …
        ([posted(ORDER), pending(ORDER, attempt=2)], ("processed", "integrado")),
        ([posted(ORDER), validated(ORDER, attempt=2)], ("processed", "integrado")),
        (
            [posted(ORDER), pending(ORDER, REJECTED, attempt=2, parked_by=PendingStage.ERP)],
            ("processed", "integrado"),
        ),
        ([posted(ORDER), pending(ORDER, CHANGED, attempt=2)], ("processed", "integrado")),
        # … but a newer revision does, and so does the ERP writer's word that the order changed.
        ([posted(ORDER), validated(ORDER, revision=2)], ("processed", "aguardando_erp")),
        ([posted(ORDER), pending(ORDER, revision=2)], ("pending", "pendente")),
        (POSTED_THEN_CHANGED, ("pending", "pendente")),
        ([*POSTED_THEN_CHANGED, posted(ORDER, attempt=2)], ("processed", "integrado")),
        # Cancelled is final, and shown as soon as the channel has said so.
        ([captured(ORDER), captured(cancelled(ORDER), revision=2)], ("cancelled", "cancelando")),
        ([posted(ORDER), cancellation_of(ORDER)], ("cancelled", "cancelado")),
        ([cancellation_of(ORDER), validated(ORDER, revision=3)], ("cancelled", "cancelado")),
        ([cancellation_of(ORDER, Undoing.REQUESTED)], ("cancelled", "cancelando")),
        ([cancellation_of(ORDER, Undoing.NEEDS_ACTION)], ("cancelled", "exige_acao")),
        (
            [cancellation_of(ORDER, Undoing.DONE), cancellation_of(ORDER, Undoing.REQUESTED)],
            ("cancelled", "cancelado_no_erp"),
        ),
        # A choice is looked for in the ERP; each makes what was told before it old.
        ([NEEDS_ACTION, CHECKING], ("cancelled", "conferindo_no_erp")),
        ([CHECKING, NEEDS_ACTION], ("cancelled", "conferindo_no_erp")),
        ([CHECKING, cancellation_of(ORDER, Undoing.NEEDS_ACTION, decision=1)], EXIGE_ACAO),
        (
            [cancellation_of(ORDER, Undoing.KEPT, decision=2), CHECKING],
            ("cancelled", "mantido_no_erp"),
        ),
        ([posted(ORDER, ErpStanding.CANCELLED), posted(ORDER)], ("processed", "cancelado_no_erp")),
        ([posted(ORDER, ErpStanding.CANCEL_REFUSED)], ("processed", "integrado")),
        ([reprocess()], (None, "em_validacao")),
    ],
)
def test_the_tab_follows_from_the_facts(
    messages: list[Message], place: tuple[str | None, str]
) -> None:
    assert where(*messages) == place


def test_a_row_shows_what_a_list_needs_with_the_document_masked() -> None:
    document = shown(captured(ORDER), pending(ORDER, ReasonCode.CUSTOMER_DOC_INVALID))

    assert document["buyer"] == {"name": "Irene Baptista Leal", "document": "***.982.247-**"}
    assert (document["number"], document["items"], document["total"]) == ("#1001", 2, "138.50")
    assert document["placed_at"] == document["updated_at"] == PAID_AT
    assert [r["code"] for r in document["reasons"]] == ["CUSTOMER_DOC_INVALID"]
    assert "52998224725" not in str({k: v for k, v in document.items() if k != "orders"})


def test_reasons_are_shown_only_while_the_order_waits() -> None:
    assert shown(pending(ORDER), validated(ORDER, attempt=2))["reasons"] == []


def test_the_erps_ids_are_kept_when_the_order_is_cancelled() -> None:
    document = shown(posted(ORDER), cancellation_of(ORDER, Undoing.REQUESTED))

    assert document["erp"]["number"] == "1534"
    assert document["cancellation"]["reason"] == "customer"


def test_the_terms_an_order_goes_to_the_erp_by_stand_beside_its_row() -> None:
    event = validated(ORDER)

    assert row_of(captured(ORDER), event).orders["validated"] == event.terms.model_dump(mode="json")


def test_the_judged_order_is_shown_until_the_channel_has_a_newer_one() -> None:
    corrected = ORDER.model_copy(update={"buyer": a_buyer(name="Irene B. Leal")})
    newer = ORDER.model_copy(update={"number": "#1001-A"})

    merged = shown(captured(ORDER), validated(corrected))
    assert merged["orders"][merged["shown"]]["buyer"]["name"] == "Irene B. Leal"
    assert merged["orders"]["captured"]["buyer"]["name"] == "Irene Baptista Leal"

    again = shown(captured(ORDER), validated(corrected), captured(newer, revision=2))
    assert (again["shown"], again["number"], again["revision"]) == ("captured", "#1001-A", 2)


def test_an_order_is_found_by_its_number_its_skus_and_its_number_in_the_erp() -> None:
    order = an_order(1001, an_item("Can-350-AZ"), an_item(None, item_id="2"))

    assert shown(captured(order), posted(order))["search"] == [
        "1001",
        "1534",
        *sorted(map(exact, ("irene.leal@exemplo.test", "529.982.247-25"))),
        "baptista leal",
        "can-350-az",
        "irene baptista leal",
        "leal",
    ]


@pytest.mark.parametrize("told", [None, "", "  "])
def test_an_order_is_not_found_by_what_its_channel_does_not_tell(told: str | None) -> None:
    document = shown(captured(an_order(buyer=a_buyer(document=told, email=told))))

    assert not [term for term in document["search"] if term.startswith(MARK)]


def test_an_order_of_which_only_a_later_fact_has_arrived_has_a_row_too() -> None:
    document = shown(posted(ORDER))

    assert (document["tab"], document["number"], document["total"]) == ("processed", "1001", None)


def test_a_request_shows_until_validation_has_judged_again() -> None:
    after: dict[str, Any] = {"occurred_at": PAID_AT + timedelta(minutes=2)}

    assert shown(pending(ORDER), reprocess())["reprocessing"] is True
    assert (
        shown(pending(ORDER), reprocess(), pending(ORDER, attempt=2, **after))["reprocessing"]
        is False
    )


def test_the_timeline_tells_what_happened_in_words_and_never_the_corrected_values() -> None:
    fixes = Corrections(
        buyer=BuyerCorrection(document="11144477735"),
        items=(ItemCorrection(item_id="1", sku="CAN-350-VD"),),
    )
    row = row_of(
        captured(ORDER),
        pending(ORDER),
        reprocess(corrections=fixes),
        validated(ORDER, attempt=2).model_copy(
            update={"occurred_at": PAID_AT + timedelta(minutes=2)}
        ),
        posted(ORDER, attempt=2, occurred_at=PAID_AT + timedelta(minutes=3)),
    )

    assert [text(entry) for entry in row.timeline] == [
        "Pedido capturado no canal",
        "Pendente: CPF/CNPJ ausente",
        "Reprocessamento pedido por ana, com 2 correções",
        "Pedido validado, a caminho do ERP",
        "Integrado ao ERP: pedido de venda 1534",
    ]
    assert row.timeline[2]["fields"] == ["buyer.document", "items.1.sku"]
    assert "11144477735" not in str(row.timeline)


def test_the_timeline_tells_refunds_and_who_decided_what() -> None:
    choice = CancellationChoice.REGISTER_RETURN
    row = row_of(
        refunded(ORDER),
        refunded(ORDER, "8.00", 0, revision=3),
        kept(ORDER),
        chosen(ORDER, choice, decision=2),
    )

    assert [text(entry).replace("\N{NO-BREAK SPACE}", " ") for entry in row.timeline] == [
        "Reembolso de R$ 27,55 no canal, de 1 item",
        "Reembolso de R$ 8,00 no canal",
        "operadora-1 aceitou o pedido como está no ERP",
        "operadora-1 escolheu “registrar devolução”",
    ]


def test_what_follows_from_another_thing_at_the_same_instant_comes_after_it() -> None:
    """Facts that are derived carry the moment of what they were derived from."""
    facts = [captured(ORDER), validated(ORDER), pending(ORDER, attempt=2)]

    told = [[entry["event"] for entry in row_of(*order).timeline] for order in (facts, facts[::-1])]

    assert told == [[fact.type for fact in facts]] * 2


def test_the_timeline_says_which_texts_went_to_the_erp_changed() -> None:
    changes = (
        TextChange(field="razao_social", replaced=True, cut_at=60),
        TextChange(field="tag_nova", cut_at=9),
    )
    row = row_of(posted(ORDER, changes=changes))

    [told] = map(text, row.timeline)
    assert told == (
        "Integrado ao ERP: pedido de venda 1534. Textos adaptados para o ERP: nome do cliente"
        " (caracteres trocados ou retirados, cortado em 60 caracteres); tag_nova (cortado em 9"
        " caracteres)"
    )


def test_an_erased_order_keeps_no_buyer_whenever_the_erasure_comes() -> None:
    told: list[Message] = [
        captured(ORDER),
        pending(ORDER),
        reprocess(corrections=Corrections(buyer=BuyerCorrection(name="Irene"), note="Irene")),
    ]

    before = shown(*told, erased())
    after = shown(erased(), *told)

    assert before == after
    assert "Irene" not in str(before)
    assert "52998224725" not in str(before)
    assert before["number"] == "#1001"


def test_an_erasure_overwrites_the_bodies_that_the_database_already_has() -> None:
    stored = encode(row_of(captured(ORDER), pending(ORDER))) | {"_id": ORDER.order_id}

    orders = encode(row_of_stored(stored, erased()))["orders"]

    assert set(orders) == {
        f"{kind}.{part}"
        for kind in ("captured", "judged")
        for part in ("buyer", "shipping_address", "billing_address")
    }


def row_of_stored(document: dict[str, Any], message: Message) -> Row:
    row, _ = step(decode(document), message)
    assert row is not None
    return row


def test_a_row_that_is_read_again_and_hears_nothing_new_stays_as_it_was() -> None:
    messages: list[Message] = [captured(ORDER), pending(ORDER), reprocess(), erased()]
    row = decode(encode(row_of(*messages)) | {"_id": ORDER.order_id})

    for message in messages:
        assert step(row, message)[0] == row


def test_a_message_about_another_stores_order_is_refused() -> None:
    foreign = captured(ORDER).model_copy(update={"order_id": "other-store:1001"})

    with pytest.raises(ForeignOrder):
        step(None, foreign)


def test_what_is_not_about_an_order_changes_nothing() -> None:
    store: StoreConfigured = a_store()

    assert step(None, store) == (None, ())


def test_times_are_kept_to_the_millisecond_so_that_the_database_gives_them_back_alike() -> None:
    moment = datetime(2026, 11, 20, 14, 0, 0, 123_987, tzinfo=UTC)
    event: Event = captured(ORDER).model_copy(update={"occurred_at": moment})

    assert shown(event)["updated_at"] == moment.replace(microsecond=123_000)


def test_a_cancellation_in_the_second_of_the_integration_comes_after_it() -> None:
    """Channels date in whole seconds: by its own words it was cancelled before it was posted."""
    second = PAID_AT.replace(microsecond=0)
    gone = cancelled(ORDER).model_copy(update={"updated_at": second})
    of = {"revision": 2}
    told = [
        captured(ORDER).model_copy(update={"occurred_at": second - timedelta(seconds=1)}),
        validated(ORDER).model_copy(update={"occurred_at": second.replace(microsecond=300_000)}),
        posted(ORDER, occurred_at=second.replace(microsecond=600_000)),
        captured(gone, **of).model_copy(update={"occurred_at": second}),
        cancellation_of(
            ORDER, Undoing.REQUESTED, occurred_at=second.replace(microsecond=600_000), **of
        ),
        posted(ORDER, ErpStanding.CANCELLED, occurred_at=second.replace(microsecond=900_000)),
        cancellation_of(ORDER, Undoing.DONE, occurred_at=second.replace(microsecond=900_000), **of),
    ]

    said = [text(entry) for entry in row_of(*reversed(told)).timeline]

    assert said == [
        "Pedido capturado no canal",
        "Pedido validado, a caminho do ERP",
        "Integrado ao ERP: pedido de venda 1534",
        "Cancelamento recebido do canal",
        "Cancelado; cancelamento pedido ao ERP",
        "Pedido de venda 1534 cancelado no ERP",
        "Cancelado também no ERP",
    ]
