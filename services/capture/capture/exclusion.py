"""Which orders a store never wants, whatever their date: by tag, or by where they were made. Pure.

A merchant loads years of old sales into the shop, or sells at a till that the ERP knows already.
Words count as people compare them: without regard to case and to the spaces around them.
"""

from collections.abc import Sequence

from capture.channels.marks import Marks
from contracts.stores import StoreSettings


def has_excluded_tag(marks: Marks, settings: StoreSettings) -> bool:
    """Whether the order carries a tag that the store excludes."""
    wanted_not = settings.excluded_tags
    return bool(wanted_not) and not _words(wanted_not).isdisjoint(_words(marks.tags))


def has_excluded_source(marks: Marks, settings: StoreSettings) -> bool:
    """Whether the order comes from a source that the store excludes."""
    wanted_not = settings.excluded_sources
    return bool(wanted_not and marks.source) and _word(marks.source) in _words(wanted_not)


def _words(texts: Sequence[str]) -> set[str]:
    return {word for text in texts if (word := _word(text))}


def _word(text: str) -> str:
    return text.strip().casefold()
