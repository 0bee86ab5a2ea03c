"""What becomes of a telling after an attempt. Pure.

The rules are those of the help page on webhooks: three attempts one to four seconds apart, then
the dead-letter queue, where it is tried each ten minutes for up to five days.
"""

from sandbox.erp.store import Doc

TIMEOUTS_S = {"main": 7.0, "dead": 20.0}
PAUSES_MS = (1_000, 4_000)
"""Between the attempts of the main queue; that the first pause is the shortest is assumed."""
DEAD_LETTER_EVERY_MS = 600_000
DEAD_LETTER_FOR_MS = 5 * 86_400_000


def after(delivery: Doc, attempt: Doc, *, again: bool) -> Doc:
    """The telling with this attempt, which holds `at` in ms and `status` or `error`.

    `again` repeats one that arrived, with the same `messageId`. A telling in the dead-letter queue
    lets those behind it in the main queue go on: what a queue grouped so does; unconfirmed here.
    """
    tried = delivery | {"attempts": [*delivery["attempts"], attempt]}
    if arrived(attempt):
        if again and not delivery.get("repeated"):
            return tried | {"repeated": True, "failures": 0}
        return tried | {"queue": "done"}
    failures, at = delivery["failures"] + 1, attempt["at"]
    tried |= {"failures": failures}
    if delivery["queue"] == "main" and failures <= len(PAUSES_MS):
        return tried | {"due": at + PAUSES_MS[failures - 1]}
    if at + DEAD_LETTER_EVERY_MS - delivery["since"] > DEAD_LETTER_FOR_MS:
        return tried | {"queue": "lost"}
    return tried | {"queue": "dead", "due": at + DEAD_LETTER_EVERY_MS}


def arrived(attempt: Doc) -> bool:
    """Any 2XX is success."""
    status = attempt.get("status") or 0
    return bool(200 <= status < 300)  # noqa: PLR2004  HTTP's successes
