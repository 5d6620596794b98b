"""The sandbox for tests and scripts: one object, with ``with`` in a thread of its own, with ``async with`` on your loop."""

from sandbox.api.sandbox import AsyncSandbox, Sandbox

__all__ = ["AsyncSandbox", "Sandbox"]
