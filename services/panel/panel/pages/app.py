"""The pages, put together as one ASGI application."""

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from chassis.patience import Unavailable
from panel.access import Permission
from panel.commands import Refused, Why
from panel.connecting.connector import Connector
from panel.desk import Desk
from panel.erp.window import Window
from panel.figures import Ledger
from panel.listings.offers import Offers
from panel.pages import words
from panel.pages.account import AccountPages
from panel.pages.batches import BatchPages
from panel.pages.connecting import ConnectingPages
from panel.pages.entrance import CODE, Entrance
from panel.pages.factor import FactorPages
from panel.pages.fetching import FetchPages
from panel.pages.formats import when
from panel.pages.guard import LOGIN, Guard, Page
from panel.pages.home import HomePages
from panel.pages.jump import JumpPages
from panel.pages.linking import LinkPages
from panel.pages.listing import ListPages
from panel.pages.listings import ListingPages
from panel.pages.named_lists import NamedLists
from panel.pages.order import OrderPage
from panel.pages.orders import OrderPages
from panel.pages.people import PeoplePages
from panel.pages.stores import StorePages
from panel.pages.tokens import TOKENS, TokenPages
from panel.pages.view import View
from panel.pages.watching import WatchPages
from panel.staff import Staff
from panel.workbench import Workbench

log = structlog.get_logger()

_SENTENCES = {
    404: "Esta página não existe. Confira o endereço ou volte ao início.",
    405: "Esta página não aceita este pedido.",
}


def app(
    desk: Desk,
    staff: Staff,
    window: Window,
    ledger: Ledger,
    *,
    bench: Workbench,
    connector: Connector,
    offers: Offers,
) -> Starlette:
    """Every page, behind the guard."""
    view, audit = View(desk.stores_of, staff.sessions.idle, desk.behind), staff.people.audit
    routes: Sequence[Page] = [
        *_doors(staff, view),
        *_people(PeoplePages(staff, desk, view)),
        *_stores(StorePages(desk, window, ledger, audit, view)),
        *_connecting(ConnectingPages(connector, window.channels, desk, audit, view)),
        *_jumping(JumpPages(desk, view)),
        *_home(HomePages(desk, window, ledger, view)),
        *_fetching(FetchPages(desk, bench.fetches, view)),
        *_lists(
            ListPages(desk, named := NamedLists(desk, bench.views), audit, view),
            WatchPages(desk, bench.live),
        ),
        *_named(named),
        *_orders(OrderPages(desk, bench, audit, view)),
        *_many(
            batches := BatchPages(desk, bench, view),
            LinkPages(desk, offers, batches, audit, view),
        ),
        *_order(OrderPage(desk, window, audit, view)),
        *_listings(ListingPages(desk, offers, audit, view)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, sessions=staff.sessions, people=staff.people, view=view)],
        exception_handlers=_handlers(view, desk),
    )


def _doors(staff: Staff, view: View) -> list[Page]:
    entrance = Entrance(staff, view)
    account, factor = AccountPages(entrance), FactorPages(entrance)
    own = "/conta/verificacao"
    return [
        Page(LOGIN, entrance.show, Permission.OPEN),
        Page(LOGIN, entrance.enter, Permission.OPEN, method="POST"),
        Page(CODE, factor.ask, Permission.OPEN),
        Page(CODE, factor.enter, Permission.OPEN, method="POST"),
        Page("/convite/{token}", entrance.invited, Permission.OPEN),
        Page("/convite/{token}", entrance.accept, Permission.OPEN, method="POST"),
        Page("/sessao", entrance.stay, Permission.ENTER),
        Page("/sair", entrance.leave, Permission.ENTER, method="POST"),
        Page("/conta", account.show, Permission.ENTER),
        Page("/conta/senha", account.change_password, Permission.ENTER, method="POST"),
        Page("/conta/sessoes", account.end_sessions, Permission.ENTER, method="POST"),
        Page("/conta/aparelhos", account.know_devices, Permission.ENTER, method="POST"),
        *_tokens(TokenPages(staff.tokens, view)),
        Page(own, factor.show, Permission.ENTER, recent=True),
        Page(own, factor.enrol, Permission.ENTER, method="POST", recent=True),
        Page(f"{own}/codigos", factor.renew, Permission.ENTER, method="POST", recent=True),
        Page(f"{own}/desligar", factor.drop, Permission.ENTER, method="POST", recent=True),
    ]


def _tokens(tokens: TokenPages) -> list[Page]:
    return [
        Page(TOKENS, tokens.show, Permission.ENTER),
        Page(TOKENS, tokens.create, Permission.ENTER, method="POST", recent=True),
        Page(f"{TOKENS}/revogar", tokens.revoke, Permission.ENTER, method="POST"),
    ]


def _people(people: PeoplePages) -> list[Page]:
    return [
        Page("/usuarios", people.everybody, Permission.ADMINISTER, recent=True),
        Page("/usuarios", people.invite, Permission.ADMINISTER, method="POST", recent=True),
        Page("/usuarios/{user}", people.one, Permission.ADMINISTER, recent=True),
        Page("/usuarios/{user}", people.change, Permission.ADMINISTER, method="POST", recent=True),
        Page(
            "/usuarios/{user}/link", people.link, Permission.ADMINISTER, method="POST", recent=True
        ),
        Page(
            "/usuarios/{user}/verificacao",
            people.drop_factor,
            Permission.ADMINISTER,
            method="POST",
            recent=True,
        ),
    ]


def _stores(stores: StorePages) -> list[Page]:
    one = "/lojas/{store}/configurar"
    return [
        Page("/", stores.first, Permission.ENTER),
        Page("/lojas", stores.choose, Permission.ENTER),
        Page("/gerenciar", stores.manage, Permission.MANAGE_SOME),
        Page(one, stores.edit, Permission.MANAGE),
        Page(one, stores.save, Permission.MANAGE, method="POST"),
        Page(f"{one}/listas", stores.read_lists, Permission.MANAGE, method="POST"),
        Page(f"{one}/testar-erp", stores.test_erp, Permission.MANAGE, method="POST"),
        Page(f"{one}/testar-canal", stores.test_channel, Permission.MANAGE, method="POST"),
    ]


def _connecting(connecting: ConnectingPages) -> list[Page]:
    new, again = "/conectar/{channel}", "/lojas/{store}/reconectar"
    return [
        Page("/conectar", connecting.choose, Permission.ADMINISTER),
        Page(new, connecting.fill, Permission.ADMINISTER, recent=True),
        Page(new, connecting.begin, Permission.ADMINISTER, method="POST", recent=True),
        Page(f"{new}/retorno", connecting.back, Permission.ENTER),
        Page(again, connecting.ask_again, Permission.MANAGE, recent=True),
        Page(again, connecting.again, Permission.MANAGE, method="POST", recent=True),
    ]


def _jumping(jump: JumpPages) -> list[Page]:
    return [
        Page("/ir", jump.show, Permission.ENTER),
        Page("/ir", jump.find, Permission.ENTER, method="POST"),
    ]


def _home(home: HomePages) -> list[Page]:
    return [
        Page("/lojas/{store}", home.show, Permission.SEE),
        Page("/lojas/{store}/erp", home.in_erp, Permission.SEE),
    ]


def _fetching(fetching: FetchPages) -> list[Page]:
    fetches = "/lojas/{store}/pedidos/buscar"
    one = f"{fetches}/{{fetch}}"
    return [
        Page(fetches, fetching.fill, Permission.SEE),
        Page(fetches, fetching.ask, Permission.OPERATE, method="POST"),
        Page(one, fetching.show, Permission.SEE),
        Page(f"{one}/comecar", fetching.start, Permission.OPERATE, method="POST"),
        Page(f"{one}/pausar", fetching.pause, Permission.OPERATE, method="POST"),
        Page(f"{one}/continuar", fetching.resume, Permission.OPERATE, method="POST"),
        Page(f"{one}/cancelar", fetching.cancel, Permission.OPERATE, method="POST"),
    ]


def _lists(lists: ListPages, watching: WatchPages) -> list[Page]:
    tab, order = "/lojas/{store}/pedidos/{tab:tab}", "/lojas/{store}/pedidos/{order}"
    return [
        Page(tab, lists.tab, Permission.SEE),
        Page(f"{tab}/busca", lists.look, Permission.SEE, method="POST"),
        Page(f"{tab}/exportar", lists.export, Permission.SEE),
        Page(f"{tab}/exportar", lists.export_chosen, Permission.SEE, method="POST"),
        Page(f"{tab}/ao-vivo", watching.watch, Permission.SEE),
        Page(f"{order}/detalhes", lists.details, Permission.SEE),
        Page(f"{order}/linha", lists.line, Permission.SEE),
    ]


def _named(named: NamedLists) -> list[Page]:
    orders = "/lojas/{store}/pedidos"
    return [
        Page(orders, named.begin, Permission.SEE),
        Page(f"{orders}/{{tab:tab}}/visoes", named.change, Permission.SEE, method="POST"),
    ]


def _many(batches: BatchPages, links: LinkPages) -> list[Page]:
    batch = "/lojas/{store}/pedidos/{tab:tab}/lote"
    product = "/lojas/{store}/pedidos/{order}/produto"
    return [
        Page(batch, batches.show, Permission.OPERATE),
        Page(batch, batches.ask, Permission.OPERATE, method="POST"),
        Page(product, links.show, Permission.OPERATE),
        Page(product, links.link, Permission.OPERATE, method="POST"),
    ]


def _orders(orders: OrderPages) -> list[Page]:
    order = "/lojas/{store}/pedidos/{order}"
    return [
        Page(f"{order}/editar", orders.edit, Permission.OPERATE),
        Page(f"{order}/editar", orders.correct, Permission.OPERATE, method="POST"),
        Page(f"{order}/reprocessar", orders.reprocess, Permission.OPERATE, method="POST"),
        Page(f"{order}/cancelamento", orders.resolve, Permission.OPERATE, method="POST"),
        Page(f"{order}/manter", orders.keep, Permission.OPERATE, method="POST"),
    ]


def _order(page: OrderPage) -> list[Page]:
    one = "/lojas/{store}/pedidos/{order}"
    return [
        Page(one, page.show, Permission.SEE),
        Page(f"{one}/comprador", page.reveal, Permission.OPERATE, method="POST"),
        Page(f"{one}/documento", page.document, Permission.INSPECT),
        Page(f"{one}/documento", page.open_document, Permission.INSPECT, method="POST"),
    ]


def _listings(listings: ListingPages) -> list[Page]:
    every, one = "/lojas/{store}/anuncios", "/lojas/{store}/anuncios/{listing}"
    return [
        Page(every, listings.everything, Permission.SEE),
        Page(f"{every}/ler-canal", listings.read_channel, Permission.OPERATE, method="POST"),
        Page(f"{every}/ler-erp", listings.read_erp, Permission.SEE, method="POST"),
        Page(one, listings.one, Permission.SEE),
        Page(f"{one}/data", listings.set_date, Permission.OPERATE, method="POST"),
        Page(f"{one}/vinculo", listings.show_link, Permission.OPERATE),
        Page(f"{one}/vinculo", listings.link, Permission.OPERATE, method="POST"),
    ]


class _TabConvertor(StringConvertor):
    """The address of a tab, which is no order's."""

    regex = "|".join(words.BY_ADDRESS)


register_url_convertor("tab", _TabConvertor())


def _handlers(view: View, desk: Desk) -> dict[object, ExceptionHandler]:
    """Every error is a page that says what to do."""

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        said = error.detail if isinstance(error, HTTPException) and status == 403 else ""  # noqa: PLR2004
        return view.message(request, status, said or _SENTENCES.get(status, "Não foi possível."))

    async def refused(request: Request, error: Exception) -> Response:
        why = error.why if isinstance(error, Refused) else Why.UNKNOWN
        status = 404 if why is Why.UNKNOWN else 409
        return view.message(
            request, status, words.REFUSALS.get(why.value, words.REFUSALS["unknown"])
        )

    async def unavailable(request: Request, _: Exception) -> Response:
        return view.unavailable(request)

    async def broken(request: Request, error: Exception) -> Response:
        code = desk.new_id()
        log.error("request_failed", code=code, exc_info=error)
        said = f"Código para o suporte: {code}, às {when(desk.clock())}."
        return view.message(request, 500, "Houve uma falha nossa, e ela está registrada.", said)

    return {HTTPException: http, Refused: refused, Unavailable: unavailable, Exception: broken}
