"""Which names exist, which addresses they have, and which listener stands behind an address."""

from sandbox.addressing.names import Names
from sandbox.addressing.routes import Routes

__all__ = ["Names", "Routes"]
