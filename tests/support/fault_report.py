"""Play all faults one by one and print what came of each: `make faults`. Fails if anything is untrue."""

import sys
from collections import defaultdict

from cryptocloud import CryptoCloudError
from support.faults import KINDS, SCENARIOS, WAYS, Matrix, Played, Scenario

MARGIN = 0.25
"""Seconds past its deadline that a call may take."""


def end(played: Played) -> tuple[str, str, str]:
    """What came of a call, without what differs from one time to the next."""
    result = played.result
    what = type(result).__name__ if isinstance(result, Exception) else "success"
    return what, result.outcome.name if isinstance(result, CryptoCloudError) else "-", played.asked or "-"


def lines(scenario: Scenario, plays: dict[tuple[str, str], Played]) -> list[str]:
    """A line for each operation, and for each of its ends if the transports differ."""
    alike = defaultdict(list)
    for (operation, way), played in plays.items():
        alike[operation, end(played)].append(way)
    every = scenario.ways
    return [
        f"{scenario.name:<44} {operation:<12} {'all' if ways == every else ', '.join(ways):<37} {what:<26}"
        f" {outcome:<8} {asked:<17} {max(plays[operation, way].seconds for way in ways):5.2f} s"
        for (operation, (what, outcome, asked)), ways in alike.items()
    ]


def main() -> int:
    counts = dict.fromkeys(KINDS, 0)
    calls = known = 0
    with Matrix() as matrix:
        for scenario in SCENARIOS:
            plays = {
                (operation, way): matrix.play(scenario, way, operation, MARGIN)
                for operation in scenario.operations()
                for way in scenario.ways
            }
            print(*lines(scenario, plays), sep="\n", flush=True)
            for (operation, way), played in plays.items():
                calls += 1
                for problem in played.problems:
                    counts[problem.kind] += 1
                    print(f"    WRONG, {operation}, {way}: {problem.kind}: {problem.text}")
                for problem in played.known:
                    known += 1
                    print(f"    known, {operation}, {way}: {problem.kind}: {problem.text}")
    print(f"\n{len(SCENARIOS)} scenarios, {calls} calls by {len(WAYS)} clients: {', '.join(WAYS)}.")
    for kind, count in counts.items():
        print(f"{count:5} {kind}")
    print(f"{known:5} known, and told in the documentation of `transport`")
    return 1 if any(counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
