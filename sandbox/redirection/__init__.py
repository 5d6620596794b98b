"""Runs programs unmodified: the real hosts and ports they name lead to the sandbox."""
