"""Whatever a service answers, a call ends as it should; whoever sends a notification, only true ones count.

What is tried, and what must hold of it, stands in `fuzzing`; `make fuzz` tries it for longer, and at random.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, seed

from support.fuzzing import PROPERTIES

# What runs under the coverage counter takes twice as long, and the other tests reach every line.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("name", PROPERTIES)
def test_it_holds_whatever_comes(name: str) -> None:
    cases, check = PROPERTIES[name]
    endings: Counter[str] = Counter()

    # Not the same cases for all operations.
    @seed(name)
    @given(cases)
    def holds(case: Any) -> None:
        endings[check(case)] += 1

    holds()
    # Cases that all end the same way would show nothing.
    assert endings["success"], endings
    assert len(endings) >= 3, endings
