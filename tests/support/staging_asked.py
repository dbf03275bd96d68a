"""What a tier asks staging to have shown, made up."""

from typing import Any

WHY = "a reason that is long enough to be one"


def shown_by_staging(
    verifications: int, hours: float, gap: float = 24, last: float = 48
) -> dict[str, Any]:
    """What a tier asks staging to have shown."""
    return {"min_verifications": verifications, "min_hours": hours, "max_gap_hours": gap,
            "last_within_hours": last, "reason": WHY}  # fmt: skip
