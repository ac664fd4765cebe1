"""`make demo`, and what it does when a buyer comes."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from support.command import started

DEMO = [sys.executable, str(Path(__file__).parents[2] / "examples" / "demo.py")]
STEPS = 8


def test_the_demo_tells_a_whole_sale() -> None:
    done = subprocess.run(DEMO, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^(\d)\. ", done.stdout, re.MULTILINE) == [str(number + 1) for number in range(STEPS)]
    assert done.stdout.endswith("\nAll of it happened.\n")


def test_the_demo_waits_for_a_buyer() -> None:
    with started([*DEMO, "--keep"], stdout=subprocess.PIPE) as demo:
        assert demo.stdout is not None
        try:
            output = ""
            while "Ctrl-C" not in output:
                line = demo.stdout.readline()
                assert line, output
                output += line
            [link] = re.findall(r"Pay A-6 at (\S+)", output)
            page = httpx.post(link, data={"action": "pay"}, follow_redirects=True)
            assert "Your shop answered 200" in page.text
            assert "delivers A-6" in demo.stdout.readline()
        finally:
            demo.send_signal(signal.SIGINT)
    assert demo.returncode == 0
