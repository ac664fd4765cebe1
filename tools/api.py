"""Take a change of the spec to its end: `make api` goes through all that follows it, in order.

It stops at the first step that needs a hand, and names the file to edit next.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TESTS = (
    "tests/sdk/test_spec.py",
    "tests/sdk/test_models.py",
    "tests/sdk/test_halves.py",
    "tests/sandbox/test_contract.py",
    "tests/cli/test_invoices.py",
    "tests/docs/test_docs.py::test_every_public_name_is_in_the_reference",
    "tests/docs/test_docs.py::test_the_python_of_a_page_runs_and_prints_what_it_says",
)

FILES = {
    # What the name of a test that fails begins with, or its file, and the file that does not follow the spec.
    "test_every_operation_is_offered": "wrapper/cryptocloud/_call/calls.py and resources.py, and OPERATIONS "
    "in tests/support/fuzzing.py; or LEFT_OUT in tests/sdk/test_spec.py",
    "test_every_property_of_a_request": "InvoiceOptions and create in wrapper/cryptocloud/_call/calls.py; "
    "in the spec, the example `full` of createInvoice and those of its parameters have every option",
    "test_every_option": "InvoiceOptions in wrapper/cryptocloud/_call/calls.py, and the docstrings of "
    "create in resources.py",
    "test_every_model": "wrapper/cryptocloud/__init__.py",
    "test_every_public_name": "docs/reference/models.md",
    "test_a_docstring": "wrapper/cryptocloud/resources.py",
    "test_both_halves": "wrapper/cryptocloud/resources.py",
    "test_every_kind_of_operation": "OPERATIONS in tests/support/faults.py, and IN_THE_MATRIX in "
    "tests/sdk/test_spec.py",
    "test_the_guide_tells": "docs/errors.md and docs/ru/errors.md",
    "test_the_wrapper_does": "wrapper/cryptocloud/_call/engine.py: the spec asks for what it cannot do",
    "test_every_operation_names": "spec/openapi.yaml",
    "test_every_object": "wrapper/cryptocloud/models.py",
    "test_a_model": "wrapper/cryptocloud/models.py, or LEFT_IN_EXTRA in tests/sdk/test_models.py",
    "test_the_sandbox_has_the_operations": "OPERATIONS in sandbox/cryptocloud_sandbox/operations.py",
    "test_the_sandbox_has_the_statuses": "STATUSES in sandbox/cryptocloud_sandbox/records.py",
    "test_the_sandbox_has_the_money": "sandbox/cryptocloud_sandbox/coins.py",
    "test_the_sandbox_answers": "sandbox/cryptocloud_sandbox/shapes.py and operations.py; "
    "if the request has to be another one, tests/sandbox/test_contract.py",
    "test_every_example": "tests/sandbox/test_contract.py",
    "tests/cli/": "cli/cryptocloud_cli/commands",
    "test_the_python": "the page that the test above is about, and the same in docs/ru",
}


class Step(NamedTuple):
    """A command, what it is for, and what to edit if it fails."""

    title: str
    command: list[str]
    next: str


def tool(name: str) -> list[str]:
    return [sys.executable, f"tools/{name}.py"]


STEPS = [
    Step("lint", tool("lint_spec"), "spec/openapi.yaml, at the places above"),
    Step("diff", tool("diff_spec"), "spec/openapi.yaml, or CHANGELOG.md: what is owed stands above"),
    Step("generate", tool("generate"), "what is said above"),
    Step(
        "types",
        [sys.executable, "-m", "mypy", "--no-error-summary"],
        "the first place above, or the file that lacks what it names",
    ),
    Step(
        "tests",
        [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", *TESTS],
        "what the test above names",
    ),
]


def main() -> int:
    for number, step in enumerate(STEPS, start=1):
        print(f"{number}/{len(STEPS)} {step.title}", flush=True)
        run = subprocess.run(
            step.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        print(run.stdout, end="", flush=True)
        if run.returncode:
            print(f"\nNext: {named(run.stdout) or step.next}. Then `make api` again.", file=sys.stderr)
            return 1
    print(
        "Spec, client, wrapper, sandbox, command and guides agree. "
        "Left to do: `make check test test-spec clients`."
    )
    return 0


def named(output: str) -> str | None:
    """The file that a failed test is about."""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    test = failed[1] if failed else ""
    return next((file for name, file in FILES.items() if test.startswith(name) or f"::{name}" in test), None)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
