"""The sandbox over HTTP: our own interface, what helper libraries of Mailpit expect, health and metrics."""
