"""The topics as cards to read, between two markers of `contracts/README.md`."""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.envelope import Message
from contracts.topics import DAY_MS, Topic

BEGIN: Final = "<!-- topics: written by `make contracts` -->"
END: Final = "<!-- /topics -->"


def inserted(page: str, topics: Sequence[Topic]) -> str:
    """The page with fresh cards between its markers. Raises ValueError where it has none."""
    try:
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
    except ValueError:
        raise ValueError(f"the page needs the markers {BEGIN!r} and {END!r}, once each") from None
    cards = "\n\n".join("\n".join(_card(topic)) for topic in topics)
    return f"{before}{BEGIN}\n\n{cards}\n\n{END}{after}"


def _card(topic: Topic) -> Iterator[str]:
    yield f"### {topic.name}"
    yield ""
    yield topic.purpose
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| key | {topic.key} |"
    yield f"| partitions | {topic.partitions} |"
    yield f"| kept | {_kept(topic)} |"
    yield f"| largest record | {_largest(topic)} |"
    yield f"| written by | {', '.join(topic.writers)} |"
    yield f"| read by | {', '.join(topic.readers) or 'people'} |"
    yield f"| messages | {', '.join(map(_message, topic.messages)) or 'the bytes as they came'} |"


def _message(message: type[Message]) -> str:
    return f"[{message.__name__}](schemas/{message.type}.json)"


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "the latest of every key, for ever"
    if topic.retention_ms is None:
        return "for ever"
    return f"{topic.retention_ms // DAY_MS} days"


def _largest(topic: Topic) -> str:
    if topic.max_message_bytes is None:
        return "1 MiB (the broker's default)"
    return f"{topic.max_message_bytes // 1024**2} MiB"
