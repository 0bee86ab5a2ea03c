"""The keys under which planted documents are found: a path, perhaps with a query."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlencode


def key_of(path: str, query: str = "") -> str:
    """One spelling for a path and its query, whatever the order of the parameters."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def key_in(query: str) -> str | None:
    """The key that a control call's raw query asks for: `path=/a/b.json?x=1`, encoded or not.

    Everything behind `path=` belongs to the path; None where there is no path.
    """
    before, found, path = query.partition("path=")
    if not found or (before and not before.endswith("&")) or not path:
        return None
    bare, _, inner = unquote(path).partition("?")
    return key_of(bare if bare.startswith("/") else f"/{bare}", inner)


def keys_for(path: str, query: str) -> Iterator[str]:
    """Where to look for a GET: with its query first, then the bare path."""
    if query:
        yield key_of(path, query)
    yield path
