"""``python -m benchmarks [name …] [--rounds N] [--scale FACTOR]``."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Sequence

from benchmarks import echo, fixture, ftp, http, mail, run, smtp, startup
from benchmarks.measure import Plan

BENCHMARKS: dict[str, Callable[[Plan], None]] = {
    "startup": startup.run,
    "smtp": smtp.run,
    "pop3": mail.pop3,
    "imap": mail.imap,
    "http": http.run,
    "ftp": ftp.run,
    "tcp": echo.tcp,
    "udp": echo.udp,
    "run": run.run,
    "fixture": fixture.run,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the sandbox beside its peers."
    )
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; all if none is given"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often everything is measured (%(default)s)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="a factor for all counts (%(default)s)")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, medians of {options.rounds}; a ratio is sandbox / peer.")
    for name in options.names or BENCHMARKS:
        print(name, flush=True)
        BENCHMARKS[name](Plan(options.rounds, options.scale))


if __name__ == "__main__":
    main()
