import json

from hypothesis import given

from contracts.wire import encode
from ops.masking import body, shown
from panel.documents import MASKED, PLAIN, masked
from tests.ops.test_selection import logged
from tests.support.strategies import messages


def leaves(value, name=""):
    """Every text and number, with the name it stands under."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


@given(messages())
def test_no_field_is_shown_that_is_not_known_to_be_harmless(message):
    found = body(encode(message, "test").value)

    for name, value in leaves(found):
        assert value is None or isinstance(value, bool) or name in PLAIN or value == MASKED


def test_a_record_is_shown_without_its_buyer():
    text = json.dumps(shown(logged()))

    assert "Irene" not in text
    assert "52998224725" not in text
    assert "demo-shopify:1001" in text


def test_it_is_shown_as_it_is_to_whoever_says_so():
    assert "Irene" in json.dumps(shown(logged(), reveal=True))


def test_a_field_that_came_later_is_masked_until_somebody_says_it_is_harmless():
    assert masked({"nickname": "Irê", "revision": 3}) == {"nickname": MASKED, "revision": 3}


def test_a_body_that_is_no_json_is_not_shown():
    assert body(b"\xff\x00", reveal=True) is None
    assert body(None) is None
