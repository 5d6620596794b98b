"""Dice: whatever is left to chance, and still the same for the same seed."""

from __future__ import annotations

from random import Random


class Dice:
    """``dice("http.uuid")`` are those of that name: whoever throws others does not change them."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._thrown: dict[str, Random] = {}

    def __call__(self, name: str) -> Random:
        found = self._thrown.get(name)
        if found is None:
            found = self._thrown[name] = Random(f"{self._seed} {name}")
        return found

    def token(self, name: str, octets: int) -> str:
        """Hexadecimal digits of that many octets, as ``secrets.token_hex`` gives, but those of the seed."""
        return self(name).randbytes(octets).hex()

    def snapshot(self) -> object:
        """How far each has been thrown."""
        return {name: dice.getstate() for name, dice in self._thrown.items()}

    def restore(self, snapshot: object) -> None:
        """Throw on from there; those that had not been thrown start again."""
        assert isinstance(snapshot, dict)
        self._thrown = {name: _with_state(state) for name, state in snapshot.items()}


def _with_state(state: tuple[object, ...]) -> Random:
    dice = Random(0)
    dice.setstate(state)
    return dice
