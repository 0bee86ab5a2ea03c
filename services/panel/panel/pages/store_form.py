"""How a store goes to the ERP, as a form: its fields, and what they offer. Pure.

The lists come from the ERP. Where one could not be read, its field offers only what is chosen
already, so that saving changes nothing there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from contracts.order import PaymentMethod
from contracts.stores import StoreConfigured
from omie.registers import Code
from panel.erp.lists import Lists
from panel.goods import MARGIN_BASES, stock_movements
from panel.pages.formats import ZONE
from panel.pages.words import PAYMENTS

Option = tuple[str, str]
MARKETPLACES: Final = frozenset({"mercadolivre"})
"""Channels whose NF-e names an intermediary."""


class Choice(NamedTuple):
    """A field whose options are a register of the ERP; `empty` is what no choice means."""

    name: str
    label: str
    register: str
    empty: str = "Escolha"
    hint: str = ""


class Words(NamedTuple):
    """A field of words of the channel's own, with commas between them."""

    name: str
    label: str
    hint: str


SALE: Final = (
    Choice("erp_stage_code", "Etapa", "stages", hint="Coluna do Kanban onde os pedidos chegam."),
    Choice("erp_category_code", "Categoria ERP", "categories"),
    Choice(
        "bank_account_code", "Conta corrente", "bank_accounts", hint="Recebe as parcelas da venda."
    ),
    Choice("salesperson_code", "Vendedor", "salespeople", "O nome do canal"),
    Choice("tax_scenario_code", "Cenário Fiscal", "tax_scenarios", "O padrão do ERP"),
    Choice(
        "stock_location_code", "Local de Estoque", "stock_locations", "O padrão do ERP",
        hint="Vale para cada item do pedido.",
    ),
    Choice("erp_origin_code", "Origem", "origins", "", "Como o ERP mostra de onde veio o pedido."),
)  # fmt: skip
PAYMENT: Final = (
    Choice(
        "default_payment_method_code", "Meio de Pagamento Padrão", "payment_methods",
        hint="Usado quando “Meio Pagamento e Parcelas?” é Não.",
    ),
    Choice(
        "installment_code", "Número de Parcelas", "installments", "O padrão do ERP",
        hint="Usado quando “Meio Pagamento e Parcelas?” é Não.",
    ),
)  # fmt: skip
OTHERS: Final = Choice(
    "other_installments_code", "Outro número de parcelas", "installments", "Deixar pendente",
    hint="Para números que não estão acima.",
)  # fmt: skip
_TAGS: Final = Words(
    "excluded_tags", "Etiquetas (tags) que a loja não quer",
    "Pedidos com uma delas não são capturados. Separe por vírgula.",
)  # fmt: skip
_SOURCES: Final = Words("excluded_sources", "Origens que a loja não quer", "")
MARKS: Final[Mapping[str, Sequence[Words]]] = {
    "shopify": (
        _TAGS,
        _SOURCES._replace(
            hint="Como a Shopify as chama: web, pos, ou o número do aplicativo que fez o pedido."
        ),
    ),
    "nuvemshop": (
        _SOURCES._replace(hint="Como a Nuvemshop as chama: store, mobile, pos, form, api."),
    ),
    "mercadolivre": (
        _TAGS._replace(label="Marcas (tags) que a loja não quer"),
        _SOURCES._replace(
            hint="Como o Mercado Livre as chama: marketplace, proximity, mp-channel."
        ),
    ),
}
"""By what each channel marks orders that a store may exclude: Nuvemshop's orders have no tags."""
_MOST_INSTALLMENTS: Final = 12
_BLANK_ROWS: Final = 2
PAYMENT_SOURCES: Final = (
    ("channel", "Sim: como o canal informa"),
    ("default", "Não: sempre o padrão abaixo"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is typed, its value, and what was said against it."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...] = ()
    hint: str = ""
    error: str = ""
    kind: str = "select"


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; a `folded` one opens on demand."""

    title: str
    fields: tuple[Field, ...]
    note: str = ""
    folded: bool = False


def unread(lists: Lists) -> list[str]:
    """The labels of the options whose list the ERP has not shown yet."""
    return [c.label for c in (*SALE, *PAYMENT) if lists.get(c.register) is None]


class Form:
    """The form of one store's options, with its own values or with what somebody typed."""

    def __init__(
        self,
        store: StoreConfigured,
        lists: Lists,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
    ) -> None:
        self._store = store
        self._settings = store.settings
        self._lists = lists
        self._typed = typed
        self._errors = errors or {}

    def sections(self) -> list[Section]:
        """All of it, in the order of the page."""
        found = [
            Section("Pedido de venda", tuple(self._choice(choice) for choice in SALE)),
            Section("Pagamento", tuple(self._payment())),
            Section(
                "De/para de meios de pagamento",
                tuple(self._methods()),
                "Qual meio do ERP corresponde a cada meio do canal. O nome do gateway vence.",
                folded=True,
            ),
            Section("De/para de parcelas", tuple(self._installments()), folded=True),
            Section("Transportadoras", tuple(self._carriers()), folded=True),
            Section("Cliente e endereço", tuple(self._customer())),
            Section("Produtos e estoque", tuple(self._goods())),
            Section("Captura", tuple(self._capture())),
        ]
        if self._store.channel in MARKETPLACES:
            found.append(Section("Intermediador da venda (NF-e)", tuple(self._intermediary())))
        return found

    def _choice(self, choice: Choice) -> Field:
        return self._select(choice, getattr(self._settings, choice.name))

    def _select(self, choice: Choice, code: Code | None) -> Field:
        return Field(
            choice.name,
            choice.label,
            self._shown(choice.name, code),
            tuple(self._options(choice, code)),
            choice.hint,
            self._errors.get(choice.name, ""),
        )

    def _options(self, choice: Choice, current: Code | None) -> Iterator[Option]:
        """What the ERP offers now; what is chosen already stays on offer."""
        known = self._lists.get(choice.register)
        usable = [o for o in known.options.values() if o.active and not o.totals] if known else []
        if choice.empty:
            yield "", choice.empty
        if current is not None and current not in {option.code for option in usable}:
            gone = " (não está mais na lista do ERP)" if known else ""
            name = self._lists.name_of(choice.register, current)
            yield str(current), f"{name if name != str(current) else f'Código {current}'}{gone}"
        for option in usable:
            yield str(option.code), option.name or str(option.code)

    def _payment(self) -> Iterator[Field]:
        value = self._shown("payment_source", self._settings.payment_source)
        yield Field("payment_source", "Meio Pagamento e Parcelas?", value, PAYMENT_SOURCES)
        for choice in PAYMENT:
            yield self._choice(choice)

    def _methods(self) -> Iterator[Field]:
        known = self._settings.payment_methods
        for method in PaymentMethod:
            choice = Choice(
                f"meio:{method}", PAYMENTS[method], "payment_methods", "Deixar pendente"
            )
            yield self._select(choice, known.get(method))
        gateways = [name for name in known if name not in set(PaymentMethod)]
        for number, name in enumerate([*gateways, *[""] * _BLANK_ROWS]):
            label = f"gateway {number + 1}"
            yield self._text(f"gateway:{number}", f"Nome do {label}", name)
            choice = Choice(f"gateway-codigo:{number}", f"Meio do {label}", "payment_methods", "–")
            yield self._select(choice, known.get(name) if name else None)

    def _installments(self) -> Iterator[Field]:
        known = self._settings.installments
        usual = [str(number) for number in range(1, _MOST_INSTALLMENTS + 1)]
        for number in [*usual, *[n for n in known if n not in usual]]:
            times = "À vista" if number == "1" else f"{number} vezes"
            choice = Choice(f"parcelas:{number}", times, "installments", "Como outro número")
            yield self._select(choice, known.get(number))
        yield self._choice(OTHERS)

    def _carriers(self) -> Iterator[Field]:
        yield self._check("require_carrier", "Exigir transportadora em todo pedido")
        carriers = self._settings.carriers
        for number, name in enumerate([*carriers, *[""] * _BLANK_ROWS]):
            yield self._text(f"frete:{number}", f"Frete ou transportadora {number + 1}", name)
            code = str(carriers[name]) if name else ""
            yield self._text(
                f"frete-codigo:{number}", f"Código da transportadora {number + 1} no ERP", code
            )

    def _customer(self) -> Iterator[Field]:
        yield self._check(
            "update_erp_customer",
            "Atualiza Cliente ERP: corrige no ERP o cadastro de quem já existe",
        )
        yield self._check("missing_number_as_sn", "Endereço sem número vira S/N")
        yield self._text(
            "missing_email", "E-mail de quem compra sem informar um",
            self._settings.missing_email or "",
            "O ERP não cadastra cliente sem e-mail, e o Mercado Livre não informa o do comprador.",
        )  # fmt: skip
        keys = ", ".join(self._settings.document_keys)
        yield self._text(
            "document_keys", "Campos extras com o CPF/CNPJ", keys,
            "Nomes que o checkout usa, separados por vírgula.",
        )  # fmt: skip

    def _goods(self) -> Iterator[Field]:
        margin = self._shown("margin_base", self._settings.margin_base)
        yield Field(
            "margin_base", "Tipo Cálculo Margem", margin, tuple(MARGIN_BASES.items()),
            "Vale ao publicar um anúncio; não muda pedidos.", self._errors.get("margin_base", ""),
        )  # fmt: skip
        moves = self._shown("stock_movement_mode", self._settings.stock_movement_mode)
        yield Field(
            "stock_movement_mode", "Tipo Movimentação Estoque", moves,
            tuple(stock_movements().items()), "O estoque baixa no ERP quando o pedido é faturado.",
            self._errors.get("stock_movement_mode", ""),
        )  # fmt: skip

    def _capture(self) -> Iterator[Field]:
        yield Field(
            "orders_from", "Pedidos a partir de",
            self._shown("orders_from", day_of(self._settings.orders_from)),
            hint="Pedidos anteriores a este dia não são capturados. Vazio: todos.",
            error=self._errors.get("orders_from", ""), kind="date",
        )  # fmt: skip
        for marks in MARKS.get(self._store.channel, ()):
            yield self._text(
                marks.name, marks.label, ", ".join(getattr(self._settings, marks.name)), marks.hint
            )

    def _intermediary(self) -> Iterator[Field]:
        yield self._text(
            "intermediary_cnpj", "CNPJ do marketplace", self._settings.intermediary_cnpj or ""
        )
        yield self._text(
            "intermediary_seller",
            "Seu nome de vendedor lá",
            self._settings.intermediary_seller or "",
        )

    def _text(self, name: str, label: str, value: str, hint: str = "") -> Field:
        error = self._errors.get(name, "")
        return Field(name, label, self._shown(name, value), (), hint, error, kind="text")

    def _check(self, name: str, label: str) -> Field:
        on = getattr(self._settings, name) if self._typed is None else name in self._typed
        return Field(name, label, "sim" if on else "", kind="check")

    def _shown(self, name: str, value: object) -> str:
        own = "" if value is None else str(value)
        return own if self._typed is None else self._typed.get(name, own)


def day_of(moment: datetime | None) -> str:
    """The day in Brazil, as a date field has it."""
    return moment.astimezone(ZONE).date().isoformat() if moment else ""
