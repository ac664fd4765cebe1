"""Run clients of the service that others wrote, unchanged but for host and key, against a fresh sandbox.

Each creates an invoice, looks it up, counts it and cancels it. What the service answered these clients, the
sandbox has to answer, too.
"""

import os
import subprocess
import sys
from pathlib import Path

from cryptocloud_sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
STORIES = (
    ROOT / "tools" / "peers" / "cryptocloud_sdk_story.py",
    ROOT / "tools" / "peers" / "crypto_cloud_py_story.py",
)


def run(story: Path) -> bool:
    """Whether the story came to its end, in a sandbox of its own."""
    with Sandbox() as sandbox:
        done = subprocess.run(
            [PYTHON, story],
            env={**os.environ, **sandbox.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        statuses = {call.operation: call.status for call in sandbox.calls()}
    carried_out = done.returncode == 0 and statuses == {
        "createInvoice": 200,
        "getInvoices": 200,
        "getStatistics": 200,
        "cancelInvoice": 200,
    }
    name = story.stem.removesuffix("_story").replace("_", "-")
    print(f"{name:16} {'created, looked up, counted, cancelled' if carried_out else 'FAILED'}")
    if not carried_out:
        print(f"{done.stdout}{done.stderr}{statuses}", file=sys.stderr)
    return carried_out


if __name__ == "__main__":
    outcomes = [run(story) for story in STORIES]
    sys.exit(not all(outcomes))
