"""The registers of the demo company: what every order's header points at. Values of no one."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from sandbox.erp.store import Doc

BUSINESS: Doc = {
    "cnpj": "47.508.411/0001-56", "razao_social": "Casa do Ipê Presentes Ltda",
    "nome_fantasia": "Casa do Ipê", "endereco": "Rua dos Ipês", "endereco_numero": "1200",
    "bairro": "Pinheiros", "cidade": "SAO PAULO (SP)", "estado": "SP", "cep": "05422-010",
    "codigo_pais": "1058", "email": "contato@casadoipe.example", "inativa": "N",
    "optante_simples_nacional": "S", "regime_tributario": "1",
}  # fmt: skip

DAYS_AFTER = (3, 5, 7, 8, 9, 10, 13, 14, 15, 17, 20, 21, 25, 26, 28, 35, 36, 40, 42, 45, 50, 56,
              60, 70, 75, 90, 98)  # fmt: skip
MONTHLY = (1, 2, 3, 4, 5, 6, 7, 10, 12, 24, 36, 48)
COMBINED = {
    "S01": (30, 60), "S02": (45, 60), "S03": (21, 28, 35), "S09": (30, 45), "S10": (28, 56),
    "S18": (30, 60, 90), "S20": (7, 14), "S25": (30, 60, 90, 120), "S27": (0, 15),
    "S28": (0, 30), "S29": (0, 30, 60), "S30": (0, 30, 60, 90),
}  # fmt: skip
MEANS = {
    "01": "Dinheiro", "02": "Cheque", "03": "Cartão de Crédito", "04": "Cartão de Débito",
    "05": "Crédito Loja", "10": "Vale Alimentação", "11": "Vale Refeição", "12": "Vale Presente",
    "13": "Vale Combustível", "15": "Boleto Bancário", "16": "Depósito Bancário", "17": "PIX",
    "18": "Transferência bancária, Carteira Digital",
    "19": "Programa de fidelidade, Cashback, Crédito Virtual", "90": "Sem pagamento",
    "99": "Outros",
}  # fmt: skip
ORIGINS = {
    "ERP": "Digitado no ERP", "API": "Importado via API", "MLV": "Mercado Livre",
    "SFY": "Shopify", "WIX": "Wix", "AMZ": "Amazon", "MRC": "Mercos",
}  # fmt: skip
DOCUMENT_TYPES = {
    "99999": "Outros", "BOL": "Boleto", "CHQ": "Cheque", "CRC": "Cartão de Crédito",
    "CRD": "Cartão de Débito", "DIN": "Dinheiro", "DUP": "Duplicata", "PIX": "PIX",
    "TRA": "Transferência",
}  # fmt: skip
UNITS = {
    "CX": "Caixa", "KG": "Quilograma", "LT": "Litro", "MT": "Metro", "PAR": "Par", "PC": "Peça",
    "UN": "Unidade",
}  # fmt: skip
ACTIVITIES = {"C": "Comércio", "I": "Indústria", "S": "Serviços", "O": "Outros"}
"""The letters are assumed: only their size, one, is known."""
COUNTRIES = (
    ("0639", "Argentina", "AR"), ("1058", "Brasil", "BR"), ("1589", "Chile", "CL"),
    ("1600", "China", "CN"), ("2496", "Estados Unidos", "US"), ("5860", "Paraguai", "PY"),
    ("6076", "Portugal", "PT"), ("8451", "Uruguai", "UY"),
)  # fmt: skip
"""Codes of the Central Bank, as an NF-e has them, names, ISO 3166."""
DELIVERY_TYPES = (("Normal", "N"), ("Expressa", "N"), ("Motoboy", "S"))
PROJECTS = (("Loja na internet", "N"), ("Feira de Natal", "N"), ("Feira de 2024", "S"))
DEPARTMENTS = (
    ("7700000901", "Comercial", "001", "S"),
    ("7700000902", "Loja física", "001.001", "N"),
    ("7700000903", "Internet", "001.002", "N"),
)
SALE_STAGES = (
    ("00", "Proposta", "Proposta", "S"),
    ("10", "Pedido de Venda", "Pedido de Venda", "N"),
    ("20", "Separar Estoque", "Separar Estoque", "N"),
    ("50", "Faturar", "Faturar", "N"),
    ("60", "Faturado", "Faturado", "N"),
    ("70", "", "Entrega", "N"),
    ("80", "Aprovação Financeira", "Disponível", "S"),
)
OTHER_STAGES = (
    ("10", "Primeira coluna", "Primeira coluna", "N"),
    ("50", "Faturar", "Faturar", "N"),
    ("60", "Faturado", "Faturado", "N"),
)
OPERATIONS = {
    "01": "Venda de Serviço", "11": "Venda de Produto", "13": "Devolução de Venda",
    "14": "Remessa de Produto", "16": "Nota Complementar de Saída", "21": "Compra de Produto",
    "22": "Compra de Importação", "23": "Devolução ao Fornecedor", "24": "Retorno de Remessa",
    "26": "Nota Complementar de Entrada", "28": "Ordem de Produção",
}  # fmt: skip
CATEGORIES = (
    ("1.01", "Receitas Diretas", "totalising"),
    ("1.01.01", "Clientes - Serviços Prestados", ""),
    ("1.01.02", "Clientes - Revenda de Mercadoria", ""),
    ("1.01.03", "Clientes - Venda de Mercadoria pela Internet", ""),
    ("1.01.04", "Clientes - Marketplaces", ""),
    ("1.01.99", "Clientes - Venda na Feira", "inactive"),
    ("1.02", "Receitas Indiretas", "totalising"),
    ("1.02.01", "Rendimentos de Aplicações", ""),
    ("1.02.02", "Descontos Obtidos", ""),
    ("2.01", "Despesas Diretas", "totalising"),
    ("2.01.01", "Fornecedores - Mercadoria para Revenda", ""),
    ("2.01.02", "Fretes sobre Vendas", ""),
    ("2.01.03", "Comissões de Marketplaces", ""),
    ("2.02", "Despesas Administrativas", "totalising"),
    ("2.02.01", "Aluguel", ""),
    ("2.02.02", "Energia Elétrica", ""),
)
ACCOUNTS = (
    ("CC-BB", "Banco do Brasil - conta movimento", "CC", "001", "1234-5", "98765-4", "N"),
    ("", "Mercado Pago", "PG", "323", "", "", "N"),
    ("", "Recebimentos de cartão", "AC", "999", "", "", "N"),
    ("", "Caixinha", "CX", "999", "", "", "N"),
    ("", "Itaú - conta encerrada", "CC", "341", "0456", "11223-9", "S"),
)
VENDORS = (
    ("Ana Beatriz Moura", "ana@casadoipe.example", "N", Decimal("2.5")),
    ("Loja da Vila Madalena", "loja@casadoipe.example", "N", Decimal(0)),
    ("Televendas", "televendas@casadoipe.example", "N", Decimal("1.0")),
    ("Carlos Nogueira", "carlos@casadoipe.example", "S", Decimal("3.0")),
)
NORMAL: Doc = {"normal": True, "pis": Decimal("1.65"), "cofins": Decimal("7.6")}
SCENARIOS: tuple[tuple[str, bool, str, Doc], ...] = (
    ("Venda a consumidor final", True, "N", {}),
    ("Venda a contribuinte", False, "N", {"contribuinte": True}),
    ("Regime anterior", False, "S", {}),
)
"""Names, the default one, what is inactive, and rules that `sales/taxes.py` reads."""
NORMAL_SCENARIOS: tuple[tuple[str, bool, str, Doc], ...] = (
    ("Venda pelo regime normal", False, "N", NORMAL),
    ("Venda de produção própria", False, "N", NORMAL | {"ipi": 5}),
)
LOCATIONS = (
    ("01", "Depósito Pinheiros", "1", "S", "N"),
    ("02", "Loja da Vila Madalena", "1", "N", "N"),
    ("09", "Centro de distribuição do marketplace", "2", "N", "N"),
    ("10", "Depósito antigo", "1", "N", "S"),
)


def terms() -> list[Doc]:
    """Payment terms: cash, in so many days, in so many months, combinations, custom."""
    rows: list[tuple[str, str, Sequence[int]]] = [("000", "A Vista", [0])]
    rows += [(f"A{days:02d}", f"Para {days} dias", [days]) for days in DAYS_AFTER]
    rows.append(("B20", "Para 120 dias", [120]))
    for months in MONTHLY:
        text = f"{months} Parcela{'s' if months > 1 else ''}"
        rows.append((f"{months:03d}", text, [30 * month for month in range(1, months + 1)]))
    for code, combined in COMBINED.items():
        text = "/".join("A Vista" if day == 0 else str(day) for day in combined)
        rows.append((code, text, combined))
    rows.append(("999", "Informar o Número de Parcelas", []))
    return [{"codigo": code, "descricao": text, "dias": list(days)} for code, text, days in rows]


def operations() -> list[Doc]:
    """Every operation with its stages; sales of products have the full board."""
    return [
        {
            "cCodOperacao": code,
            "cDescOperacao": text,
            "etapas": [
                {"cCodigo": stage, "cDescricao": name, "cDescrPadrao": standard, "cInativo": out}
                for stage, name, standard, out in (SALE_STAGES if code == "11" else OTHER_STAGES)
            ],
        }
        for code, text in OPERATIONS.items()
    ]


def categories() -> list[Doc]:
    """The tree, totalising groups included."""
    return [
        {
            "codigo": code,
            "descricao": text,
            "descricao_padrao": text,
            "tipo_categoria": "",
            "conta_inativa": "S" if kind == "inactive" else "N",
            "definida_pelo_usuario": "N",
            "id_conta_contabil": 0,
            "tag_conta_contabil": "",
            "conta_despesa": "S" if code.startswith("2") else "N",
            "conta_receita": "S" if code.startswith("1") else "N",
            "nao_exibir": "N",
            "natureza": "",
            "totalizadora": "S" if kind == "totalising" else "N",
            "transferencia": "N",
            "codigo_dre": "",
            "categoria_superior": code.rpartition(".")[0],
        }
        for code, text, kind in CATEGORIES
    ]


def accounts(next_id: Callable[[], int]) -> list[Doc]:
    """Bank and payment accounts, one inactive."""
    return [
        {
            "nCodCC": next_id(), "cCodCCInt": code, "tipo_conta_corrente": kind,
            "codigo_banco": bank, "descricao": text, "codigo_agencia": branch,
            "numero_conta_corrente": number, "saldo_inicial": 0, "saldo_data": "",
            "valor_limite": 0, "bol_sn": "N", "pix_sn": "N", "inativo": out, "bloqueado": "N",
            "importado_api": "N",
        }
        for code, text, kind, bank, branch, number, out in ACCOUNTS
    ]  # fmt: skip


def vendors(next_id: Callable[[], int]) -> list[Doc]:
    """Vendors: people and shops, no channel among them; one inactive."""
    return [
        {
            "codigo": next_id(), "codInt": "", "nome": name, "inativo": out, "email": email,
            "fatura_pedido": "N", "visualiza_pedido": "S", "comissao": share,
        }
        for name, email, out, share in VENDORS
    ]  # fmt: skip


def projects(next_id: Callable[[], int], info: Doc) -> list[Doc]:
    """Projects, one inactive; their audit tags have names of their own."""
    letters = {"data": "d", "hora": "h", "user": "u"}
    audit = {
        f"{tag}_{moment}": info[f"{letter}{moment.capitalize()}"]
        for moment in ("inc", "alt")
        for tag, letter in letters.items()
    }
    return [
        {"codigo": next_id(), "codInt": "", "nome": name, "inativo": out, "info": audit}
        for name, out in PROJECTS
    ]


def departments() -> list[Doc]:
    """Departments, one of which totals the others."""
    return [
        {
            "codigo": code, "descricao": text, "estrutura": place, "inativo": "N",
            "nivel_totalizador": total,
        }
        for code, text, place, total in DEPARTMENTS
    ]  # fmt: skip


def delivery_types() -> list[Doc]:
    """Ways to deliver, of no carrier; their ids lie below all that the sandbox makes."""
    return [
        {
            "nCodTransp": 0, "nCodEntrega": 7_699_999_950 + place, "cCodIntEntrega": "",
            "cDescricao": text, "cInativo": out,
        }
        for place, (text, out) in enumerate(DELIVERY_TYPES, 1)
    ]  # fmt: skip


def scenarios(
    next_id: Callable[[], int],
    info: Doc,
    named: Sequence[tuple[str, bool, str, Doc]] = SCENARIOS,
) -> list[Doc]:
    """Tax scenarios, the first of them the default."""
    return [
        {
            "nCodigo": next_id(), "cNome": name, "padrao": default, "industria": "N",
            "comercioVarejista": "S", "comercioAtacadista": False, "prestadorServico": False,
            "construcaoCivil": False, "inativo": out, "regras": rules, **_dated(info),
        }
        for name, default, out, rules in named
    ]  # fmt: skip


def locations(next_id: Callable[[], int], info: Doc) -> list[Doc]:
    """Stock locations, the first of them the default."""
    return [
        {
            "codigo_local_estoque": next_id(), "codigo": code, "descricao": text, "tipo": kind,
            "padrao": default, "inativo": out, "codigo_cliente": 0, "dispOrdemProducao": "N",
            "dispConsumoOP": "N", "dispRemessa": "S", "dispVenda": "S", **_dated(info),
        }
        for code, text, kind, default, out in LOCATIONS
    ]  # fmt: skip


def _dated(info: Doc) -> Doc:
    return {tag: info[tag] for tag in ("dInc", "hInc", "uInc", "dAlt", "hAlt", "uAlt")}
