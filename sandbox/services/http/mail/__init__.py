"""The mail that arrived, for browsers and programs."""
