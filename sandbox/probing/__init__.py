"""Checks a program that is a server, as its clients would: what was sent, what was expected, what came.

The only part of the sandbox that is a client. It talks to nothing but what the program it started has bound.
"""
