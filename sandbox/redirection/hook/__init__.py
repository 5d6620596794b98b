"""The folder that a redirected process has on its PYTHONPATH.

Python 3.8 and the standard library are all it may count on, and it knows nothing of the rest of this package.
"""
