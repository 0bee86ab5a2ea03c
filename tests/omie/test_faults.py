"""The fault catalogue of omie-api.md 1.3, sentence by sentence."""

from datetime import UTC, datetime

import pytest

from omie.faults import Fault, FaultKind, classify

NOON = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 12:00 in Brasília
K = FaultKind

CATALOGUE = [
    ("ERROR: Não existem registros para a página [1]!", "SOAP-ENV:Client-5113", 500, K.EMPTY),
    ("Não existem cadastros para a página [3]", "", 500, K.EMPTY),
    ("ERROR: Nenhuma conta corrente foi encontrada!", "SOAP-ENV:Client-101", 500, K.EMPTY),
    (
        "ERROR: Tag [CANCELADO] não faz parte da estrutura do tipo complexo [pvpListarRequest]!",
        "SOAP-ENV:Client-5001",
        500,
        K.VALIDATION,
    ),
    ("ERROR: O preenchimento da tag [cnpj_cpf] é obrigatório!", "", 500, K.VALIDATION),
    (
        "O preenchimento das tags [codigo_produto] ou [codigo_produto_integracao] é obrigatório!",
        "",
        500,
        K.VALIDATION,
    ),
    (
        "A tag [numero_pedido] não deve ser enviada na alteração!",
        "SOAP-ENV:Server",
        500,
        K.VALIDATION,
    ),
    (
        "ERROR: O ano informado na tag [filtrar_por_data_de] deve ser maior que 1900!",
        "SOAP-ENV:Client-104",
        500,
        K.VALIDATION,
    ),
    (
        "ERROR: Pedido não cadastrado para o Código [1] !",
        "SOAP-ENV:Client-105",
        500,
        K.NOT_FOUND,
    ),
    ("ERROR: Pedido não cadastrado para o Código de Integração [X] !", "", 500, K.NOT_FOUND),
    (
        "ERROR: Cliente não cadastrado para o Código [999] !",
        "SOAP-ENV:Client-105",
        500,
        K.NOT_FOUND,
    ),
    ("Produto não cadastrado para o Código de Integração [X]!", "", 500, K.NOT_FOUND),
    (
        "ERROR: Cliente não cadastrado para o Código [7788120499] ! - tag: [codigo_cliente]",
        "SOAP-ENV:Client-105",
        500,
        K.VALIDATION,
    ),
    (
        (
            "ERROR: Local do Estoque não cadastrado para o Código [12345] !"
            " - tag: [codigo_local_estoque]"
        ),
        "SOAP-ENV:Client-1070",
        500,
        K.VALIDATION,
    ),
    (
        "ERROR: O produto [Caneca] está inativo !(Id: [77] / Integração: [])",
        "SOAP-ENV:Client-115",
        500,
        K.VALIDATION,
    ),
    ("O vendedor está inativo! - tag: [codVend]", "", 500, K.VALIDATION),
    (
        "ERROR: Cliente já cadastrado para o Código de Integração [C-77] com o nCod [77881] !",
        "SOAP-ENV:Client-102",
        500,
        K.DUPLICATE,
    ),
    (
        (
            "ERROR: Cliente já cadastrado para o CPF/CNPJ [11.222.333/0001-81] com o Id [77882]"
            " e código de integração [] ! (add)"
        ),
        "",
        500,
        K.DUPLICATE,
    ),
    (
        "ERROR: Pedido de venda já cadastrado para o codigo de integracao [X]!",
        "SOAP-ENV:Client-101",
        500,
        K.DUPLICATE,
    ),
    ("Pedido já cadastrado para o Código de Integração [X]", "", 500, K.DUPLICATE),
    (
        "ERROR: A descrição informada já está sendo utilizada pelo produto com código X.",
        "",
        500,
        K.DUPLICATE,
    ),
    (
        (
            "ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar novamente"
            " (REDUNDANT)."
        ),
        "SOAP-ENV:Client-6",
        500,
        K.REDUNDANT,
    ),
    (
        (
            "ERROR: Esta requisição já foi processada ou está sendo processada e você pode tentar"
            " novamente às 12:00:58. (1)"
        ),
        "SOAP-ENV:Client-8020",
        500,
        K.REDUNDANT,
    ),
    (
        (
            "ERROR: Já existe uma requisição desse método sendo executada e você pode tentar"
            " novamente em alguns instantes. (1)"
        ),
        "SOAP-ENV:Client-1880",
        500,
        K.BUSY,
    ),
    (
        "ERROR: API bloqueada por consumo indevido. Tente novamente em 1678 segundos.",
        "MISUSE_API_PROCESS",
        425,
        K.BLOCKED,
    ),
    ("", "SOAP-ENV:Client-500", 425, K.BLOCKED),
    ("Too many requests", "", 429, K.THROTTLED),
    (
        "A chave de acesso não está preenchida ou não é válida.",
        "SOAP-ENV:Server",
        403,
        K.AUTH,
    ),
    (
        "A chave de acesso está inválida ou o aplicativo está suspenso.",
        "SOAP-ENV:Server",
        403,
        K.AUTH,
    ),
    ("Omie API is not enabled", "", 500, K.AUTH),
    ("Invalid JSON Object", "", 500, K.VALIDATION),
    ('Method "IncluirPedidos" not exists', "", 500, K.VALIDATION),
    ("Something never heard of", "SOAP-ENV:Client-4711", 500, K.VALIDATION),
]


@pytest.mark.parametrize(("text", "code", "status", "kind"), CATALOGUE)
def test_each_sentence_of_the_catalogue_has_its_kind(
    text: str, code: str, status: int, kind: FaultKind
) -> None:
    for write in (True, False):
        assert classify(text, code, status, write=write, at=NOON).kind is kind


@pytest.mark.parametrize(("text", "code", "status", "kind"), CATALOGUE)
def test_a_sentence_says_the_same_in_a_good_answer(
    text: str, code: str, status: int, kind: FaultKind
) -> None:
    if text:
        assert classify(text, code, 200, write=True, at=NOON).kind is kind


def test_accents_and_case_do_not_matter() -> None:
    for text in ("CONSUMO REDUNDANTE detectado", "consumo\u0301 redundante".replace("\u0301", "")):
        assert classify(text, "", 500, write=True, at=NOON).kind is K.REDUNDANT
    text = "ERROR: Nao existem registros para a pagina [1]!"
    assert classify(text, "", 500, write=False, at=NOON).kind is K.EMPTY


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("SOAP-ERROR: Broken response from Application Server (BG)", "SOAP-ENV:Server", 500),
        ("PROTO_BYEBYE", "", 500),
        ("", "", 502),
        ("words of a server nobody has met", "SOAP-ENV:Server", 500),
    ],
)
def test_a_broken_back_end_may_have_written_but_not_while_reading(
    text: str, code: str, status: int
) -> None:
    assert classify(text, code, status, write=True, at=NOON).kind is K.UNCLEAR
    assert classify(text, code, status, write=False, at=NOON).kind is K.TRANSIENT


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("Aguarde 16 segundos para tentar novamente", 16),
        ("Tente novamente em 1678 segundos.", 1678),
        ("você pode tentar novamente às 12:00:58. (1)", 58),
        ("você pode tentar novamente às 11:59:59. (1)", 0),
        ("você pode tentar novamente às 99:99:99. (1)", 0),
        ("você pode tentar novamente em alguns instantes. (1)", 0),
    ],
)
def test_an_announced_wait_is_told_in_seconds(text: str, wait_s: float) -> None:
    assert classify(text, "SOAP-ENV:Client-6", 500, write=True, at=NOON).wait_s == wait_s


def test_a_hour_after_midnight_is_tomorrows() -> None:
    late = datetime(2026, 11, 21, 2, 59, 30, tzinfo=UTC)
    text = "está sendo processada e você pode tentar novamente às 00:00:20. (1)"

    assert classify(text, "", 500, write=True, at=late).wait_s == 50


def test_a_retry_after_header_counts_where_the_text_says_nothing() -> None:
    assert classify("", "", 429, write=True, at=NOON, retry_after_s=7).wait_s == 7
    text = "Tente novamente em 1678 segundos."
    assert classify(text, "", 425, write=True, at=NOON, retry_after_s=7).wait_s == 1678


@pytest.mark.parametrize(
    ("text", "existing_id"),
    [
        ("Cliente já cadastrado para o Código de Integração [C-77] com o nCod [7788120457] !",
         7788120457),
        (("Cliente já cadastrado para o CPF/CNPJ [11.222.333/0001-81] com o Id [7788120456]"
         " e código de integração [EST-C-000412] ! (add)"), 7788120456),
        ("O código X informado já está sendo utilizado pelo produto com ID 771.", 771),
        ("Pedido já cadastrado para o Código de Integração [12345]", None),
    ],
)  # fmt: skip
def test_the_id_of_what_already_exists_is_read_where_told(
    text: str, existing_id: int | None
) -> None:
    assert Fault(K.DUPLICATE, text).existing_id == existing_id


def test_the_offending_tag_is_read_where_told() -> None:
    assert Fault(K.VALIDATION, "O vendedor está inativo! - tag: [codVend]").tag == "codVend"
    text = "ERROR: O preenchimento da tag [email] é obrigatório!"
    assert Fault(K.VALIDATION, text).tag == "email"
    assert Fault(K.VALIDATION, "recusado").tag is None


def test_a_fault_printed_or_logged_shows_nothing_of_a_buyer() -> None:
    fault = classify(
        "Cliente já cadastrado para o CPF/CNPJ [529.982.247-25] com o Id [1]",
        "SOAP-ENV:Client-102",
        500,
        write=True,
        at=NOON,
    )

    assert "529" not in f"{fault} {fault!r} {fault.args}"
    assert "529" in fault.text
