"""Throw random answers and postbacks at the SDK: `make fuzz` prints how many there were, and how they ended.

What is tried, and what must hold of it, is that of `tests/sdk/test_fuzz.py`. The run goes round by round,
each with a seed of its own, so that a round that failed can be had again: `--seed` with the number printed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter

from hypothesis import HealthCheck, given, seed, settings

from support.fuzzing import PROPERTIES, Property

CASES = 200
"""Cases of each property in a round. Hypothesis begins with simple ones, so a round should not be short."""


def run_round(name: str, prop: Property, number: int) -> Counter[str]:
    """How the cases of one round ended. A case that ended as it must not is raised, as small as can be."""
    endings: Counter[str] = Counter()

    @seed(f"{name} {number}")
    @settings(max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(prop.cases)
    def holds(case: object) -> None:
        endings[prop.check(case)] += 1

    holds()
    return endings


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long (default: %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**9), help="where to begin (default: random)"
    )
    given_ = parser.parse_args()

    until = time.monotonic() + given_.minutes * 60
    endings: dict[str, Counter[str]] = {name: Counter() for name in PROPERTIES}
    number = given_.seed
    print(f"seed {number}", flush=True)
    while time.monotonic() < until:
        for name, prop in PROPERTIES.items():
            try:
                endings[name] += run_round(name, prop, number)
            except Exception as error:
                traceback.print_exception(error)
                print(f"\n{name} does not hold; the case stands above. Again with --seed {number}")
                return 1
        number += 1

    for name, counts in endings.items():
        ends = ", ".join(f"{count} {ending}" for ending, count in counts.most_common())
        print(f"{name}: {counts.total()} cases: {ends}")
    print(f"{sum(counts.total() for counts in endings.values())} cases in {number - given_.seed} rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
