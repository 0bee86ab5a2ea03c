import pytest
from pymongo.errors import BulkWriteError, OperationFailure

from chassis.patience import Unavailable
from chassis.store import COLLECTION_GONE, Kept, MongoDocuments, translated


class Replaced:
    """A collection that is replaced by another of its name in the middle of a write."""

    async def bulk_write(self, writes, *, ordered):
        raise BulkWriteError({"writeErrors": [{"index": 0, "code": COLLECTION_GONE}]})


async def test_a_write_to_a_collection_that_was_replaced_meanwhile_is_tried_again():
    documents = MongoDocuments(Replaced(), lambda state: {"state": state}, lambda d: d["state"])  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        await documents.save({"a": Kept("new")})


def test_a_read_of_one_too_and_other_failures_are_not_hidden():
    with pytest.raises(Unavailable), translated():
        raise OperationFailure("collection renamed", COLLECTION_GONE)
    with pytest.raises(OperationFailure), translated():
        raise OperationFailure("not authorised", 13)
