"""Every method of the standard library's clients, really called: what came back stands in ``docs/clients.md``.

``python -m tests.clients`` writes the page; the tests beside it call every operation and compare.
"""
