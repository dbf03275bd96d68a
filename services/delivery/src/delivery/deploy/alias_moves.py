"""Which aliases of a registry have to move to be where git has them."""

from collections.abc import Sequence
from dataclasses import dataclass

from delivery.releases.wanted import AliasPoint


@dataclass(frozen=True)
class AliasMove:
    """An alias that must move; `by_hand` where no deploy left it where it was found."""

    to: AliasPoint
    found: AliasPoint
    by_hand: bool

    def __str__(self) -> str:
        alias = f"alias {self.to.alias} of {self.to.model}"
        if self.by_hand:
            return f"{alias} was moved by hand to {self.found.target}: put back to {self.to.target}"
        return f"{alias} moved from {self.found.target} to {self.to.target}"


def moves_of(
    wanted: Sequence[AliasPoint], found: Sequence[AliasPoint], before: Sequence[AliasPoint]
) -> tuple[AliasMove, ...]:
    """Return the moves that bring a registry to what git wants.

    `before` is where the last deploy left the aliases: whatever is found elsewhere was moved by
    somebody else.
    """
    there = {(point.model, point.alias): point for point in found}
    left = {(point.model, point.alias): point for point in before}
    moves = []
    for want in wanted:
        key = (want.model, want.alias)
        nowhere = AliasPoint(want.model, want.alias, None, None)
        was = there.get(key, nowhere)
        if was != want:
            moves.append(AliasMove(want, was, by_hand=was != left.get(key, nowhere)))
    return tuple(moves)
