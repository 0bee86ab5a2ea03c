"""The ERP's pages: a company's orders by stage, its products, and the switches of the sandbox."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.erp.acts import UnknownError, perform
from sandbox.erp.companies import Company, Invoicing, Outcome
from sandbox.erp.faults import Fault
from sandbox.erp.hooks import book
from sandbox.erp.hooks.routes import NotAnsweredError, Portal
from sandbox.erp.injection import Injection
from sandbox.erp.machine import Machine
from sandbox.erp.sales.billing import settle_due
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.stock import OPEN
from sandbox.operator import board
from sandbox.operator.pages import Form, back, form_of, not_found, posted, shown
from sandbox.operator.words import KINDS

DONE: Mapping[str, str] = {
    "move_stage": "Etapa alterada.",
    "invoice": "Pedido faturado: NF-e autorizada.",
    "cancel": "Pedido cancelado.",
    "delete_order": "Pedido excluído.",
    "return_order": "Mercadoria devolvida ao estoque.",
    "inactivate_product": "Produto inativado.",
    "activate_product": "Produto reativado.",
    "count_stock": "Estoque ajustado.",
}
"""The acts the pages offer, and how each says that it went well."""
SWITCHES = ("rate", "redundancy", "parallel", "misuse")


class Desk:
    """The pages at the ERP's root."""

    def __init__(self, machine: Machine, portal: Portal) -> None:
        self._machine = machine
        self._portal = portal
        self._levers: Mapping[str, Callable[[Form], None]] = {
            "clock": self._clock,
            "latency": self._latency,
            "fault": self._fault,
            "mend": self._mend,
            "invoicing": self._invoicing,
            "limits": self._limits,
            "kits": self._kits,
        }

    def routes(self) -> list[Route]:
        """Every page and every form."""
        at = "/empresas/{app_key}"
        return [
            Route("/", self._home, methods=["GET"]),
            Route(at, self._board, methods=["GET"]),
            Route(f"{at}/pedidos/{{number:int}}", self._order, methods=["GET"]),
            Route(f"{at}/produtos", self._products, methods=["GET"]),
            Route(f"{at}/atos", posted(self._act), methods=["POST"]),
            Route(f"{at}/chave", posted(self._key), methods=["POST"]),
            Route(f"{at}/webhooks", posted(self._listen), methods=["POST"]),
            Route(f"{at}/webhooks/{{id:int}}/fim", posted(self._hush), methods=["POST"]),
            Route("/maquina/{lever}", posted(self._pull), methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        """Whose books are kept here, and how the sandbox is set."""
        return shown(request, "erp_home.html", **self._settings(), companies=self._companies())

    async def _board(self, request: Request) -> Response:
        """A company's orders by stage."""
        if (company := self._asked(request)) is None:
            return not_found(request)
        settle_due(company)
        return shown(request, "erp_board.html", **_title(company), columns=board.columns(company))

    async def _order(self, request: Request) -> Response:
        """One order, and what may be done to it."""
        company = self._asked(request)
        if company is None:
            return not_found(request)
        settle_due(company)
        order = company.get(ORDERS, request.path_params["number"])
        if order is None:
            return not_found(request)
        about = _title(company) | board.details(company, order)
        return shown(request, "erp_order.html", **about, stages=board.stages(company))

    async def _products(self, request: Request) -> Response:
        """The catalogue with its stock."""
        if (company := self._asked(request)) is None:
            return not_found(request)
        settle_due(company)
        words = request.query_params.get("busca", "")
        found = board.articles(company, words)
        return shown(request, "erp_products.html", **_title(company), articles=found, words=words)

    async def _act(self, request: Request) -> Response:
        """Do what a form of a company's pages asks."""
        company, form = self._asked(request), await form_of(request)
        if company is None or form.get("action") not in DONE:
            return not_found(request)
        home = f"/empresas/{company.app_key}"
        try:
            perform(company, form["action"], form)
        except Fault as fault:
            return back(request, home, wrong=fault.text)
        except (UnknownError, KeyError, ArithmeticError):
            return back(request, home, wrong="Não foi possível: confira o que foi informado.")
        return back(request, home, ok=DONE[form["action"]])

    async def _key(self, request: Request) -> Response:
        """Suspend a company's key, or take it up again."""
        company = self._asked(request)
        if company is None:
            return not_found(request)
        suspended = not company.record.get("suspended")
        self._machine.companies.suspend(company.app_key, suspended=suspended)
        return back(request, "/", ok="Chave suspensa." if suspended else "Chave reativada.")

    async def _listen(self, request: Request) -> Response:
        """Tell an address of all that happens to a company, once it answers the ping."""
        company, form = self._asked(request), await form_of(request)
        if company is None:
            return not_found(request)
        try:
            await self._portal.admit(company, form.get("url", ""), [])
        except NotAnsweredError:
            return back(request, "/", wrong="O endereço não respondeu ao ping com um 2XX.")
        return back(request, "/", ok="Webhook cadastrado.")

    async def _hush(self, request: Request) -> Response:
        """Tell an address nothing more."""
        company = self._asked(request)
        if company is None or not book.remove(company, request.path_params["id"]):
            return not_found(request)
        return back(request, "/", ok="Webhook removido.")

    async def _pull(self, request: Request) -> Response:
        """Change how the sandbox is set."""
        lever = self._levers.get(request.path_params["lever"])
        if lever is None:
            return not_found(request)
        try:
            lever(await form_of(request))
        except (KeyError, ValueError, TypeError):
            return back(request, "/", wrong="Valor inválido: nada foi alterado.")
        return back(request, "/", ok="Ajuste feito.")

    def _clock(self, form: Form) -> None:
        clock = self._machine.clock
        clock.advance(float(form.get("advance_s", 0)))
        if "rate" in form:
            clock.run_at(float(form["rate"]))
        self._machine.companies.written()

    def _latency(self, form: Form) -> None:
        self._machine.latency_ms = max(0.0, float(form.get("ms", 0)))

    def _fault(self, form: Form) -> None:
        times = int(form.get("times", 1))
        rule: dict[str, Any] = {"kind": form["kind"], "times": times or None}
        self._machine.injections.add(Injection(**rule, call=form.get("call")))

    def _mend(self, _: Form) -> None:
        self._machine.injections.clear()
        self._machine.limits.forgive()

    def _invoicing(self, form: Form) -> None:
        if form["outcome"] not in get_args(Outcome):
            raise ValueError(form["outcome"])
        outcome: Any = form["outcome"]
        policy = Invoicing(outcome, float(form.get("delay_s", 0)))
        self._machine.companies.habits.invoicing = policy

    def _limits(self, form: Form) -> None:
        wanted = {name: name in form for name in SWITCHES}
        self._machine.limits.switches = replace(self._machine.limits.switches, **wanted)
        self._machine.limits.reset()

    def _kits(self, form: Form) -> None:
        self._machine.companies.habits.explode_kits = "explode" in form

    def _settings(self) -> dict[str, Any]:
        machine = self._machine
        return {
            "clock": machine.clock,
            "latency_ms": machine.latency_ms,
            "faults": machine.injections.listed(),
            "kinds": KINDS,
            "invoicing": machine.companies.habits.invoicing,
            "explode_kits": machine.companies.habits.explode_kits,
            "limits": machine.limits.switches,
        }

    def _companies(self) -> list[dict[str, Any]]:
        found = []
        for company in self._machine.companies:
            settle_due(company)
            found.append(
                _title(company)
                | {
                    "suspended": bool(company.record.get("suspended")),
                    "orders": company.count(ORDERS),
                    "open": company.count(ORDERS, (OPEN,)),
                    "hooks": company.select(book.HOOKS),
                }
            )
        return found

    def _asked(self, request: Request) -> Company | None:
        return self._machine.companies.get(request.path_params["app_key"])


def _title(company: Company) -> dict[str, Any]:
    return {"app_key": company.app_key, "name": board.name(company)}
