"""Runs many scripts, each as a program of its own, and writes down how each ended.

``driver.py PLAN RESULTS``: the plan is JSON, ``{"impatient": …, "steps": [[[script, argument …] …] …]}``. The scripts
of one step run four at once, and the next step waits for all of them. Standard library only, Python 3.8 or later:
this is itself a program that ``sandbox run`` runs.
"""

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

AT_ONCE = 4
LONGEST = 40.0  # seconds that one script may take on a busy machine
REFUSED = "nothing answers at"
# Seconds for a script that was told so to end by itself: one that waits for a datagram never would.
GRACE = 1.0


def killed(process):
    """With all that it has started, which would hold the pipe open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def outcome(command, impatient):
    command = [sys.executable, "-W", "error", *command]
    options = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, "start_new_session": True}
    with tempfile.TemporaryFile("w+") as out, subprocess.Popen(command, stdout=out, **options) as process:
        began = time.monotonic()
        end = threading.Timer(LONGEST, killed, [process])
        end.start()
        said = []
        for line in process.stderr:
            said.append(line.decode("utf-8", "replace"))
            if impatient and REFUSED in said[-1]:
                end.cancel()
                end = threading.Timer(GRACE, killed, [process])
                end.start()
        status = process.wait()
        seconds = round(time.monotonic() - began, 2)
        end.cancel()
        out.seek(0)
        return {"status": status, "seconds": seconds, "out": out.read(), "err": "".join(said)}


def main(plan, results):
    wanted = json.loads(Path(plan).read_text(encoding="utf-8"))
    found = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for step in wanted["steps"]:
            found += pool.map(lambda command: outcome(command, wanted["impatient"]), step)
    Path(results).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
