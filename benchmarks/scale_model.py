"""What was measured of featurizing on a cluster, and the model of what more machines would cost."""

from dataclasses import dataclass

NETWORK_BYTES = 125_000_000
"""A gigabit a second, for photos that must be sent."""
DASK, JOBLIB, SENT_BY_DASK = "Dask, photos seen", "joblib's processes", "Dask, photos sent"


@dataclass(frozen=True)
class Point:
    """One run: which way, how many photos and workers, and its seconds."""

    way: str
    photos: int
    workers: int
    seconds: float
    rounds: int = 1
    """Of how many runs it is the fastest."""


@dataclass(frozen=True)
class CostModel:
    """Seconds of n photos on w workers: fixed + serial n + work n / w, and sent n if sent."""

    fixed: float
    serial: float
    work: float
    sent: float

    def seconds(self, photos: float, workers: float, sent_per_photo: float = 0.0) -> float:
        """Return the seconds that are to be expected."""
        return self.fixed + photos * (self.serial + sent_per_photo + self.work / workers)
