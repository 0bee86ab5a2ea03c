"""How orders are searched and shown: the filters of `ListarPedidos`, full rows and brief ones."""

from sandbox.erp import dates, faults
from sandbox.erp.clock import BRASILIA
from sandbox.erp.companies import Company
from sandbox.erp.schema import types_of
from sandbox.erp.store import Doc

SHAPE = types_of("produtos/pedido")["pedido_venda_produto"]
IN_BRIEF = (
    "cabecalho", "infoCadastro", "informacoes_adicionais", "frete", "exportacao", "observacoes",
)  # fmt: skip
TRIOS = (("cancelado", ("dCan", "hCan", "uCan")), ("faturado", ("dFat", "hFat", "uFat")))
STATUSES = {
    "FATURADO": "billed IS NOT NULL",
    "CANCELADO": "cancelled IS NOT NULL",
    "AUTORIZADO": "authorised = 'S'",
    "DENEGADO": "denied = 'S'",
    "DEVOLVIDO": "returned = 'S'",
}


def filters(company: Company, param: Doc) -> list[tuple[str, str | int]]:
    """The conditions of a `ListarPedidos`.

    The hours, `filtrar_apenas_alteracao` and `filtrar_por_projeto` are taken and do nothing, as
    was measured in one account.
    """
    exact = {
        "stage": param.get("etapa"),
        "customer": param.get("filtrar_por_cliente"),
        "vendor": param.get("filtrar_por_vendedor"),
        "by_api": "S" if param.get("apenas_importado_api") == "S" else None,
    }
    where: list[tuple[str, str | int]] = [
        (f"{column} = ?", value) for column, value in exact.items() if value
    ]
    for tag, sign in (("numero_pedido_de", ">="), ("numero_pedido_ate", "<=")):
        if tag in param:
            where.append((f"number {sign} ?", param[tag]))
    for stem, column in (
        ("data_previsao", "forecast"),
        ("data_faturamento", "billed"),
        ("data_emissao", "included"),
        ("data_cancelamento", "cancelled"),
    ):
        where += dates.between(param, stem, column)
    if status := param.get("status_pedido"):
        if status not in STATUSES:
            raise faults.outside_enumeration("status_pedido", tuple(STATUSES))
        where.append((f"{STATUSES[status]} AND 1 = ?", 1))
    return where + _by_date(company, param)


def _by_date(company: Company, param: Doc) -> list[tuple[str, str]]:
    """`filtrar_por_data_*`: the date of the last change, or of the inclusion where so asked.

    What the dates mean is contradicted between sources; that a lonely end begins today is known.
    """
    column = "included" if param.get("filtrar_apenas_inclusao") == "S" else "altered"
    where = dates.between(param, "filtrar_por_data", column)
    if "filtrar_por_data_ate" in param and "filtrar_por_data_de" not in param:
        today = company.now().astimezone(BRASILIA)
        where.append((f"{column} >= ?", f"{today:%Y-%m-%d}"))
    return where


def order_by(param: Doc) -> str:
    """The order of the rows: by id, downwards where asked, in Omie's own spelling."""
    return "key DESC" if param.get("ordem_descrescente") == "S" else "key"


def shown(order: Doc, *, business: int, brief: bool) -> Doc:
    """An order as a listing shows it: empty fields are there, moments that never came are not.

    The company's own id is in listings only.
    """
    row = SHAPE.filled(order)
    row["cabecalho"]["codigo_empresa"] = business
    for flag, trio in TRIOS:
        if row["infoCadastro"][flag] != "S":
            for tag in trio:
                del row["infoCadastro"][tag]
    if brief:
        return {tag: row[tag] for tag in IN_BRIEF}
    return row
