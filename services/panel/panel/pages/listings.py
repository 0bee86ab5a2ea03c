"""The pages about what a store offers: all with their matches, one listing, a variation's link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.listings import ListingSeen, ListingVariation
from contracts.stores import StoreConfigured
from panel.audit import Audit, Entry
from panel.desk import Desk
from panel.listings.choices import ChosenMeanwhile
from panel.listings.matching import SOLD, Match, counts, fits
from panel.listings.offers import Offers
from panel.pages import kit_form, listing_words
from panel.pages.formats import ZONE
from panel.pages.guard import access_of, visit_of
from panel.pages.kit_form import Draft
from panel.pages.view import View

PAGE: Final = 50
LONGEST: Final = 60
MOST_FOUND: Final = 12
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class ListingPages:
    """Pages about listings."""

    desk: Desk
    offers: Offers
    audit: Audit
    view: View

    async def everything(self, request: Request) -> Response:
        """The store's variations with what each matches: searched, filtered, page by page."""
        store, asked = self._store(request), request.query_params
        products = await self.offers.catalogue.products(store)
        found = await self.offers.lines(store, products)
        sold = [line for line in found if line.listing.state in SOLD]
        text, match = asked.get("q", "").strip()[:LONGEST], _match(asked.get("situacao", ""))
        ended = asked.get("encerrados") == "sim"
        chosen = [
            line
            for line in (found if ended else sold)
            if match in (None, line.match) and fits(line, text)
        ]
        pages = max(1, -(-len(chosen) // PAGE))
        page = max(1, min(_number(asked.get("pagina", "1")), pages))
        return self.view.page(
            request, "listings.html",
            store=store, section="/anuncios", products=products, words_of=listing_words,
            counts=counts(sold), sold=len(sold), stops=sum(line.stops for line in sold),
            ended=len(found) - len(sold), with_ended=ended, text=text, match=match,
            lines=chosen[(page - 1) * PAGE : page * PAGE], since=self._since,
            total=len(chosen), page=page, pages=pages, now=self.desk.clock(),
        )  # fmt: skip

    async def read_erp(self, request: Request) -> Response:
        """Read the ERP's products now."""
        store = self._store(request)
        await self.offers.catalogue.read_again(store)
        return RedirectResponse(f"/lojas/{store.store_id}/anuncios", 303)

    async def read_channel(self, request: Request) -> Response:
        """Have the channel read now."""
        store = self._store(request)
        await self.offers.choices.read(store.store_id, by=access_of(request).user)
        return RedirectResponse(f"/lojas/{store.store_id}/anuncios?aviso=anuncios-pedidos", 303)

    async def one(self, request: Request) -> Response:
        """One listing: its variations, and from when on its orders count."""
        return await self._one(request, *await self._listing(request))

    async def set_date(self, request: Request) -> Response:
        """Set the listing's publication date, or leave it to the channel."""
        store, listing = await self._listing(request)
        form = visit_of(request).form
        day = None if form.get("fazer") == "canal" else _day(form.get("data", ""))
        if day is None and form.get("fazer") != "canal":
            return await self._one(request, store, listing, 422, listing_words.NOT_A_DAY)
        by, version = access_of(request).user, _number(form.get("versao", "0"))
        try:
            await self.offers.choices.date(listing, day, by=by, version=version)
        except ChosenMeanwhile:
            said = listing_words.CHOSEN_MEANWHILE
            return await self._one(request, store, listing, 409, said)
        told = day.astimezone(ZONE).strftime("%d/%m/%Y") if day else "a do canal"
        await self._note(request, listing, "anuncio_data", {"data": told})
        return RedirectResponse(f"{_address(listing)}?aviso=data-anuncio", 303)

    async def show_link(self, request: Request) -> Response:
        """What a variation is linked to, and the products that it may be."""
        store, listing = await self._listing(request)
        variation = _variation(listing, request.query_params.get("variacao", ""))
        link = self.offers.choices.link_of(listing, variation.variation_id)
        draft = kit_form.shown(link.parts if link else ())
        return await self._link(request, store, listing, variation, draft)

    async def link(self, request: Request) -> Response:
        """Compose a link, or save it; every press of a button comes here."""
        store, listing = await self._listing(request)
        form = visit_of(request).form
        variation = _variation(listing, form.get("variacao", ""))
        draft = kit_form.typed(form)
        deed, _, which = form.get("fazer", "").partition(":")
        product = kit_form.product(which)
        errors: list[str] = []
        match deed:
            case "acrescentar" if product:
                draft = kit_form.added(draft, product)
            case "remover" if product:
                draft = kit_form.without(draft, product)
            case "igualar":
                draft = kit_form.alike(draft)
            case "desfazer":
                return await self._save(request, store, listing, variation, ())
            case "salvar":
                errors = kit_form.errors(draft)
                if not errors:
                    return await self._save(request, store, listing, variation, draft)
        return await self._link(request, store, listing, variation, draft, errors=errors)

    async def _save(
        self,
        request: Request,
        store: StoreConfigured,
        listing: ListingSeen,
        variation: ListingVariation,
        draft: Draft,
    ) -> Response:
        form = visit_of(request).form
        parts = kit_form.parts(draft)
        try:
            await self.offers.choices.link(
                listing, variation.variation_id, parts,
                by=access_of(request).user, version=_number(form.get("versao", "0")),
            )  # fmt: skip
        except ChosenMeanwhile:
            said = [listing_words.CHOSEN_MEANWHILE]
            return await self._link(
                request, store, listing, variation, draft, errors=said, status=409
            )
        products = ", ".join(str(part.erp_product_id) for part in parts)
        details = {"variacao": variation.variation_id, "produtos": products or "nenhum"}
        await self._note(request, listing, "anuncio_vinculado", details)
        notice = "vinculo" if parts else "vinculo-desfeito"
        return RedirectResponse(f"{_address(listing)}?aviso={notice}", 303)

    async def _one(
        self,
        request: Request,
        store: StoreConfigured,
        listing: ListingSeen,
        status: int = 200,
        error: str = "",
    ) -> Response:
        products = await self.offers.catalogue.products(store)
        chosen = self.offers.choices.date_of(listing)
        return self.view.page(
            request, "listing.html", status,
            store=store, section="/anuncios", listing=listing, words_of=listing_words,
            lines=[
                line
                for line in await self.offers.lines(store, products)
                if line.listing.listing_id == listing.listing_id
            ],
            dated=chosen, error=error, typed=visit_of(request).form.get("data", ""),
            counting=self._since(listing), today=self.desk.clock().astimezone(ZONE).date(),
        )  # fmt: skip

    async def _link(
        self,
        request: Request,
        store: StoreConfigured,
        listing: ListingSeen,
        variation: ListingVariation,
        draft: Draft,
        *,
        errors: list[str] | None = None,
        status: int = 200,
    ) -> Response:
        products = await self.offers.catalogue.products(store)
        link = self.offers.choices.link_of(listing, variation.variation_id)
        text = visit_of(request).form.get("q", "").strip()[:LONGEST]
        title = f"{listing.title} {variation.name}"
        return self.view.page(
            request, "listing_link.html", 422 if errors and status == 200 else status,  # noqa: PLR2004
            store=store, section="/anuncios", listing=listing, variation=variation,
            draft=draft, version=link.version if link else 0,
            linked=bool(link and link.parts), errors=errors or [], text=text,
            known={part.product_id: products.product(part.product_id) for part in draft}
            if products
            else {},
            products=products, found=products.search(text, MOST_FOUND) if products else [],
            suggested=products.suggested(variation.ean, title) if products else [],
        )  # fmt: skip

    def _since(self, listing: ListingSeen) -> date | None:
        """The day from which on the listing's orders count, in São Paulo."""
        chosen = self.offers.choices.date_of(listing)
        counting = (chosen and chosen.published_at) or listing.published_at
        return counting.astimezone(ZONE).date() if counting else None

    async def _note(
        self, request: Request, listing: ListingSeen, what: str, details: Mapping[str, str]
    ) -> None:
        by = access_of(request).user
        await self.audit.note(Entry(self.desk.clock(), by, what, listing.subject, details))

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store

    async def _listing(self, request: Request) -> tuple[StoreConfigured, ListingSeen]:
        store = self._store(request)
        listing = await self.offers.one(store, request.path_params["listing"])
        if listing is None:
            raise HTTPException(404)
        return store, listing


def _variation(listing: ListingSeen, variation_id: str) -> ListingVariation:
    for variation in listing.variations:
        if variation.variation_id == variation_id:
            return variation
    raise HTTPException(404)


def _address(listing: ListingSeen) -> str:
    return f"/lojas/{listing.store_id}/anuncios/{listing.listing_id}"


def _match(text: str) -> Match | None:
    return Match(text) if text in set(Match) else None


def _number(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


def _day(text: str) -> datetime | None:
    """The first moment of a day in São Paulo."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
