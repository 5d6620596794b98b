"""Run by the continuous integration: an installed wheel, away from the checkout, serves from its own defaults."""

from __future__ import annotations

import json
import poplib
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

LESSON = """
import smtplib, sys, urllib.request
with smtplib.SMTP("smtp.example.com", 587) as server:
    server.starttls()
    server.sendmail("ann@example.org", ["bob@example.org"], "Subject: wheel\\r\\n\\r\\nIt turns.\\r\\n")
print(urllib.request.urlopen("https://www.python.org/").status)
sys.exit(3)
"""


def main(python: str) -> None:
    """Check each verb that users begin with, by the interpreter given."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "SANDBOX_STATE": str(Path(home) / "state")}
        print(_said([python, "-m", "sandbox", "check"], home, environment))
        _serve(python, home, environment)
        _run(python, home, environment)


def _said(command: list[str], home: str, environment: Mapping[str, str], status: int = 0) -> str:
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.strip()


def _serve(python: str, home: str, environment: Mapping[str, str]) -> None:
    """Start ``up``, send a mail, read it back, stop."""
    ports = [f"--set=services.{service}.port=0" for service in ("smtp", "pop3")]
    listeners = [
        f"--set=services.{where}.port=0"
        for where in ("smtp.listeners.submission", "smtp.listeners.smtps", "pop3.listeners.pop3s")
    ]
    command = [python, "-m", "sandbox", "up", "--only=smtp,pop3", "--json", *ports, *listeners]
    process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        endpoints = json.loads(process.stdout.readline())["endpoints"]
        found = {end["service"]: end["port"] for end in endpoints if end["listener"] == "main"}
        with smtplib.SMTP("127.0.0.1", found["smtp"]) as smtp:
            smtp.sendmail("ann@example.org", ["bob@example.org"], "Subject: wheel\r\n\r\nIt turns.\r\n")
        pop = poplib.POP3("127.0.0.1", found["pop3"])
        pop.user("bob")
        pop.pass_("any")
        count = pop.stat()[0]
        assert b"Subject: wheel" in pop.retr(count)[1]
        pop.quit()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        print(f"the wheel serves, and stops in {time.monotonic() - began:.2f} s")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def _run(python: str, home: str, environment: Mapping[str, str]) -> None:
    """Run a lesson by the shim, which has to be in the wheel as files."""
    Path(home, "lesson.py").write_text(LESSON)
    command = [python, "-m", "sandbox", "run", "--no-isolate", "--log=log", "lesson.py"]
    assert _said(command, home, environment, status=3) == "200"
    log = Path(home, "log").read_text()
    assert "mapped tcp smtp.example.com:587" in log
    assert "mapped tcp www.python.org:443" in log
    print("the wheel redirects a lesson, and tells its exit status")


if __name__ == "__main__":
    main(sys.argv[1])
