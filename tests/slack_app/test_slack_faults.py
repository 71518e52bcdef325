"""The core's fault test on the Slack channel: killed in the middle, started again, every answer counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from faults import MESSAGES, FaultTest

TESTS = Path(__file__).parent.parent


class TestFaultsOnSlack(FaultTest):
    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        script = Path(__file__).parent / "fault_channel.py"
        path = os.pathsep.join((str(TESTS.parent), str(TESTS)))
        return subprocess.Popen(
            [sys.executable, str(script), str(folder), str(MESSAGES)], env={**os.environ, "PYTHONPATH": path}
        )
