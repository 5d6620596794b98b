"""``fault`` and ``malformed-xml``: a call of XML-RPC is answered with a fault, or with what nobody can read."""

from __future__ import annotations

from typing import ClassVar, Literal

from sandbox.faults.effects.effect import Effect


class CallFault(Effect):
    """Answers a call with a fault (xmlrpc.com/spec, "Response format"), without calling the function."""

    where: ClassVar[tuple[str, ...]] = ("*.call",)

    kind: Literal["fault"]
    code: int = 1
    """The faultCode."""
    text: str = "Something went wrong"
    """The faultString."""

    @property
    def body(self) -> bytes:
        """The body of the answer."""
        from xmlrpc.client import Fault, dumps  # loads much, for one effect

        return dumps(Fault(self.code, self.text)).encode()

    @property
    def outcome(self) -> str:
        """What became of the call."""
        return f"fault {self.code}: {self.text}"


class MalformedXml(Effect):
    """Answers a call with XML that breaks off, without calling the function."""

    where: ClassVar[tuple[str, ...]] = ("*.call",)

    kind: Literal["malformed-xml"]
    text: str = "<?xml version='1.0'?><methodResponse><params>"
    """The body of the answer."""

    outcome: ClassVar[str] = "malformed XML"

    @property
    def body(self) -> bytes:
        """The same as octets."""
        return self.text.encode()
