"""SHOUT: a service of another distribution, as small as one can be."""
