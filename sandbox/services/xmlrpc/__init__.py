"""XML-RPC: the lessons' functions, introspection, and functions of your own.

The standard library's marshalling, and calls in threads of their own.
"""
