"""The frozen copy of a report: its bytes are canonical."""

from typing import Any

import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review_app.operations.snapshots import canonical
from review_app.questionnaire.values import cleaned

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=5)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20).map(cleaned)
CONTENT = st.dictionaries(NAMES, LEAVES | st.lists(st.dictionaries(NAMES, LEAVES, max_size=3), max_size=2), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # how fast a machine is says nothing here
@given(CONTENT)
def test_the_bytes_are_those_of_rfc_8785(content: Any) -> None:
    assert canonical(content) == rfc8785.dumps(content)
