"""What a failed expectation raises: assertions, so that test runners show them as failures."""

from __future__ import annotations


class Unexpected(AssertionError):  # noqa: N818 — as AssertionError it is no error of ours
    """Something is on the timeline that should not be, or is not as it should be."""


class WaitTimeout(Unexpected, TimeoutError):  # noqa: N818 — as TimeoutError is named
    """What was waited for did not come; the text tells what came instead."""
