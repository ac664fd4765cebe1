"""Every fault, by every client, over every transport: the truth, by the deadline, and nothing left behind."""

from collections.abc import Iterator

import pytest

from support.faults import SCENARIOS, Matrix, Scenario

MARGIN = 2.0
"""Seconds past the deadline: machines stall. `make faults` counts what takes more than 0.25 s."""

COUNTED = ("sync default", "async fast")
"""Where lines are counted: in all of them it takes half as long again, and counts no more."""


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    with Matrix() as running:
        yield running


@pytest.mark.parametrize(
    ("scenario", "way"),
    [
        pytest.param(
            scenario,
            way,
            id=f"{scenario.name}-{way}",
            marks=() if way in COUNTED else pytest.mark.no_cover,
        )
        for scenario in SCENARIOS
        for way in scenario.ways
    ],
)
def test_a_fault(matrix: Matrix, scenario: Scenario, way: str) -> None:
    problems = [
        f"{scenario.name}, {way}, {operation}: {problem.kind}: {problem.text}"
        for operation in scenario.operations()
        for problem in matrix.play(scenario, way, operation, MARGIN).problems
    ]
    assert not problems, "\n".join(problems)
