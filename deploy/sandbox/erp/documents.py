"""The papers that answers and webhooks link to: a note's XML and DANFE, a printed order."""

import html

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.erp import faults
from sandbox.erp.companies import Companies, Company
from sandbox.erp.registers import business_of
from sandbox.erp.sales import billing, notes
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.store import Doc


class Documents:
    """The routes under `/documents`; whoever knows an address may read it."""

    def __init__(self, companies: Companies) -> None:
        self._companies = companies

    def routes(self) -> list[Route]:
        """Every route."""
        at = "/documents/{app_key}"
        return [
            Route(f"{at}/orders/{{number:int}}.html", self._order),
            Route(f"{at}/logo.svg", self._logo),
            Route(f"{at}/{{number:int}}.xml", self._xml),
            Route(f"{at}/{{number:int}}.html", self._danfe),
        ]

    async def _logo(self, request: Request) -> Response:
        company = self._companies.get(request.path_params["app_key"])
        if company is None:
            return Response(status_code=404)
        name = html.escape(business_of(company)["nome_fantasia"])
        drawn = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="48">'
            f'<text x="8" y="32" font-size="24">{name}</text></svg>'
        )
        return Response(drawn, media_type="image/svg+xml")

    async def _xml(self, request: Request) -> Response:
        company, invoice = self._asked(request)
        if company is None or invoice is None:
            return Response(status_code=404)
        return Response(notes.xml(company, invoice), media_type="application/xml")

    async def _danfe(self, request: Request) -> Response:
        company, invoice = self._asked(request)
        if company is None or invoice is None:
            return Response(status_code=404)
        cancelled = "<p><strong>CANCELADA</strong></p>" if "dCan" in invoice else ""
        return _page(
            f"DANFE {invoice['numero']}",
            f"<p>NF-e nº {invoice['numero']}, série {invoice['serie']}, de {invoice['dEmi']}</p>"
            f"<p>Chave de acesso: {invoice['chave']}</p>{cancelled}",
        )

    async def _order(self, request: Request) -> Response:
        company = self._companies.get(request.path_params["app_key"])
        order = company.get(ORDERS, request.path_params["number"]) if company else None
        if order is None:
            return Response(status_code=404)
        goods = (item["produto"] for item in order["det"])
        lines = "".join(
            f"<li>{line['quantidade']} × {html.escape(line['descricao'])}</li>" for line in goods
        )
        return _page(f"Pedido de venda {order['cabecalho']['numero_pedido']}", f"<ul>{lines}</ul>")

    def _asked(self, request: Request) -> tuple[Company | None, Doc | None]:
        company = self._companies.get(request.path_params["app_key"])
        if company is None:
            return None, None
        billing.settle_due(company)
        try:
            return company, notes.find(company, "note", request.path_params["number"])
        except faults.Fault:
            return company, None


def _page(title: str, text: str) -> Response:
    return Response(
        f'<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body><h1>{title}</h1>{text}<p>Documento do ambiente de testes, sem valor fiscal."
        "</p></body></html>",
        media_type="text/html",
    )
