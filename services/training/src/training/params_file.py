"""params.yaml on disk."""

from pathlib import Path

from artifacts.errors import UnreadableRecord
from training.errors import BadParams
from training.params import Params


def read_params(path: Path) -> Params:
    """Return the parameters in a file; BadParams names all that is wrong with them."""
    try:
        return Params.read(path)
    except UnreadableRecord as exc:
        raise BadParams(str(path), exc.problems) from exc
