"""The faults of the Omie API: their sentences, numbers and HTTP statuses.

A fault's number tells little: 101 to 107 mean other things in every service. Where the number of
a sentence is not known, `UNNUMBERED` stands in for it.
"""

from collections.abc import Sequence

UNNUMBERED = 101


class Fault(Exception):  # noqa: N818  the ERP's own word: `faultstring`, `faultcode`
    """An answer that is not a success: `{"faultstring", "faultcode"}` with its HTTP status."""

    def __init__(
        self, text: str, number: int | None = UNNUMBERED, *, code: str = "", status: int = 500
    ) -> None:
        super().__init__(text)
        self.text = text
        self.number = number
        self.code = code or (f"SOAP-ENV:Client-{number}" if number else "SOAP-ENV:Server")
        self.status = status

    @property
    def wrong_request(self) -> bool:
        """Whether the caller is to blame, so that it counts towards a block."""
        return self.number is not None or self.status == 403  # noqa: PLR2004  HTTP Forbidden


# Transport and keys


def invalid_json() -> Fault:
    """The body is not the four keys, or `param` is not an array of one object."""
    return Fault("ERROR: Invalid JSON Object")


def json_syntax() -> Fault:
    """The body is not JSON at all."""
    return Fault("ERROR: JSON request with SyntaxError")


def key_refused() -> Fault:
    """Missing or wrong key or secret; Omie does not tell which."""
    return Fault("A chave de acesso não está preenchida ou não é válida.", None, status=403)


def key_suspended() -> Fault:
    """The key, or the whole application, is suspended."""
    return Fault("A chave de acesso está inválida ou o aplicativo está suspenso.", None, status=403)


def unknown_call(name: str) -> Fault:
    """The endpoint has no such method."""
    return Fault(f'ERROR: Method "{name}" not exists')


# Limits


def too_many_requests() -> Fault:
    """More than 240 a minute of a method, or 960 of an IP. The body's shape is unconfirmed."""
    return Fault("Too many requests", None, code="SOAP-ENV:Client-429", status=429)


def busy() -> Fault:
    """The same method of the same key is still being executed."""
    return Fault(
        "ERROR: Já existe uma requisição desse método sendo executada e você pode tentar novamente"
        " em alguns instantes. (1)",
        1880,
    )


def redundant(seconds: int) -> Fault:
    """The same call with the same parameters came again within a minute."""
    return Fault(
        f"ERROR: Consumo redundante detectado. Aguarde {seconds} segundos para tentar novamente"
        " (REDUNDANT).",
        6,
    )


def misuse(seconds: int) -> Fault:
    """Ten wrong requests: this IP, key and method are blocked."""
    return Fault(
        f"ERROR: API bloqueada por consumo indevido. Tente novamente em {seconds} segundos.",
        None,
        code="MISUSE_API_PROCESS",
        status=425,
    )


def broken_response() -> Fault:
    """Omie's own back end broke; the write may or may not have happened."""
    return Fault("SOAP-ERROR: Broken response from Application Server (BG)", None)


# Tags


def unknown_tag(tag: str, complex_type: str) -> Fault:
    """A tag that the complex type does not declare; only the first is named."""
    return Fault(
        f"ERROR: Tag [{tag.upper()}] não faz parte da estrutura do tipo complexo [{complex_type}]!",
        5001,
    )


def wrong_type(tag: str) -> Fault:
    """A value that its tag cannot hold. The number is known, the sentence is not."""
    return Fault(f"ERROR: O conteúdo da tag [{tag}] é inválido!", 3102)


def too_long(tag: str, size: int) -> Fault:
    """A text longer than its tag holds.

    Clients look for "número máximo de caracteres"; the rest of the sentence is assumed, and so is
    that Omie refuses rather than cuts.
    """
    return Fault(f"ERROR: O número máximo de caracteres da tag [{tag}] é [{size}]!")


def required(tag: str) -> Fault:
    """A required tag is absent or empty."""
    return Fault(f"ERROR: O preenchimento da tag [{tag}] é obrigatório!")


def one_required(first: str, second: str) -> Fault:
    """Neither of two alternative keys came."""
    return Fault(f"O preenchimento das tags [{first}] ou [{second}] é obrigatório!")


def output_tag(tag: str, moment: str = "alteração") -> Fault:
    """An output tag was sent back; known of alterations, assumed of inclusions."""
    return Fault(f"A tag [{tag}] não deve ser enviada na {moment}!")


def outside_enumeration(tag: str, accepted: Sequence[str]) -> Fault:
    """A value that is not one of a list; that the list is shown is known, the wording is not."""
    return Fault(
        f"ERROR: O conteúdo da tag [{tag}] é inválido! Valores aceitos: {', '.join(accepted)}.",
        105,
    )


def year_below_1900(tag: str) -> Fault:
    """A date Omie cannot read counts as one before 1900."""
    return Fault(f"ERROR: O ano informado na tag [{tag}] deve ser maior que 1900!", 104)


# Records


def no_records(page: int) -> Fault:
    """An empty page, or a filter that nothing matches."""
    return Fault(f"ERROR: Não existem registros para a página [{page}]!", 5113)


def not_registered(what: str, value: object, tag: str = "", number: int = 105) -> Fault:
    """A code that no record has; `what` brings its own "não cadastrado" or "não cadastrada"."""
    where = f" - tag: [{tag}]" if tag else ""
    return Fault(f"ERROR: {what} para o Código [{value}] !{where}", number)


def inactive_product(description: str, product_id: int, integration: str) -> Fault:
    """The product exists but is inactive, which breaks every order that has it."""
    return Fault(
        f"ERROR: O produto [{description}] está inativo !"
        f"(Id: [{product_id}] / Integração: [{integration}])",
        115,
    )


def duplicate_customer_code(code: str, customer_id: int) -> Fault:
    """Another customer already has this integration code."""
    return Fault(
        f"ERROR: Cliente já cadastrado para o Código de Integração [{code}]"
        f" com o nCod [{customer_id}] !",
        102,
    )


def duplicate_customer_document(document: str, customer_id: int, code: str) -> Fault:
    """Another customer already has this CPF or CNPJ; its integration code may be empty."""
    return Fault(
        f"ERROR: Cliente já cadastrado para o CPF/CNPJ [{document}] com o Id [{customer_id}]"
        f" e código de integração [{code}] ! (add)",
        102,
    )


def duplicate_order(code: str) -> Fault:
    """Another order has this integration code. Two wordings circulate; this is one of them."""
    return Fault(f"ERROR: Pedido de venda já cadastrado para o codigo de integracao [{code}]!", 102)
