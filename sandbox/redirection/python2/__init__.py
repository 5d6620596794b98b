"""Recognises lessons written in Python 2, and says what their lines are in Python 3."""

from sandbox.redirection.python2.verdict import Verdict, judge

__all__ = ["Verdict", "judge"]
