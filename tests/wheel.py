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
from pathlib import Path


def main(python: str) -> None:
    """Start ``up`` with the interpreter given, send a mail, read it back, stop."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "SANDBOX_STATE": str(Path(home) / "state")}
        check = subprocess.run(
            [python, "-m", "sandbox", "check"],
            cwd=home,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        print(check.stdout.strip())
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


if __name__ == "__main__":
    main(sys.argv[1])
