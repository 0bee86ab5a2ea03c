"""The ERP's no, as an operator reads it."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from contracts.reasons import ReasonCode
from erp_writer.refusal import HIDDEN, mismatch, personal_texts, rejection, words
from omie.faults import Fault, FaultKind, folded
from tests.support.builders import a_buyer, an_address, an_order, validated

VERSION = validated(an_order())


def said(text: str) -> Fault:
    return Fault(FaultKind.VALIDATION, text)


def test_the_erps_words_are_told_without_its_prefix() -> None:
    reason = rejection(said("ERROR: O vendedor está inativo! - tag: [codVend]"), VERSION)

    assert reason.code is ReasonCode.ERP_REJECTED
    assert reason.detail == "O ERP respondeu: O vendedor está inativo! - tag: [codVend]"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("O preenchimento da tag [cnpj_cpf] é obrigatório!", "buyer.document"),
        ("O vendedor está inativo! - tag: [codVend]", "settings.salesperson_code"),
        (
            "Local do Estoque não cadastrado para o Código [7] ! - tag: [codigo_local_estoque]",
            "settings.stock_location_code",
        ),
        ("O produto [Caneca] está inativo !(Id: [7711002233] / Integração: [])", "items.1.sku"),
        ("Produto não cadastrado para o Código [7711002233] ! - tag: [codigo_produto]",
         "items.1.sku"),
        ("Operação recusada pelo ERP!", None),
        ("Algo - tag: [tag_desconhecida]", None),
    ],
)  # fmt: skip
def test_a_refusal_points_at_what_has_to_be_cured(text: str, field: str | None) -> None:
    assert rejection(said(text), VERSION).field == field


@pytest.mark.parametrize(
    "personal",
    [
        "52998224725",
        "529.982.247-25",
        "11.222.333/0001-81",
        "12ABC34501DE35",
        "12.ABC.345/01DE-35",
        "alguem@exemplo.com.br",
    ],
)
def test_documents_and_e_mails_are_hidden_whosever_they_are(personal: str) -> None:
    assert words(said(f"Cliente [{personal}] recusado")) == f"Cliente [{HIDDEN}] recusado"


@pytest.mark.parametrize("written", [str, str.upper, folded])
@pytest.mark.parametrize("text", sorted(personal_texts(VERSION.order)))
def test_no_text_of_the_buyer_is_told_however_it_is_written(
    text: str, written: Callable[[str], str]
) -> None:
    detail = rejection(said(f"ERROR: [{written(text)}] não é aceito"), VERSION).detail

    assert detail == f"O ERP respondeu: [{HIDDEN}] não é aceito"


def test_a_code_of_the_erp_is_no_personal_data() -> None:
    text = "Pedido não cadastrado para o Código [7799345120] !"

    assert words(said(text)) == text


def test_very_short_texts_of_the_buyer_do_not_blank_the_sentence() -> None:
    order = an_order(buyer=a_buyer(name="O"), shipping_address=an_address(complement="A"))

    assert {"O", "A"}.isdisjoint(personal_texts(order))


def test_an_endless_answer_is_cut_and_a_silent_one_says_so() -> None:
    assert len(words(said("não " * 500))) <= 300
    assert words(said("")) == "recusado, sem explicação"


def test_a_total_that_differs_is_told_with_both_amounts() -> None:
    reason = mismatch(Decimal("138.49"), VERSION.order)

    assert reason.code is ReasonCode.TOTALS_MISMATCH
    assert "138.49" in reason.detail
    assert "138.50" in reason.detail
