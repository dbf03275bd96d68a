"""The prediction log's files, searched for one prediction."""

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path

from artifacts.records.prediction import PredictionRecord
from artifacts.records.record import parse_json
from delivery.errors import PredictionsUnavailable


class PredictionFiles:
    """Folders that services write <day>.jsonl into."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    def find(self, prediction: str) -> tuple[PredictionRecord, ...]:
        """Return the records that name a prediction, each once.

        Raises UnreadableRecord where a line that names it is no record, PredictionsUnavailable
        where no folder is there, or one can't be read.
        """
        there = [folder for folder in self._folders if folder.is_dir()]
        if not there:
            looked = ", ".join(map(str, self._folders)) or "nowhere"
            raise PredictionsUnavailable(looked, "there is no such folder")
        name = prediction.encode()
        found: dict[PredictionRecord, None] = {}
        for path in (path for folder in there for path in sorted(folder.glob("*.jsonl"))):
            for line in _lines_with(path, name):
                source = f"{path}, the line of {prediction}"
                text = line.decode(errors="replace")
                record = PredictionRecord.parse(parse_json(text, source), source)
                if record.id == prediction:
                    found[record] = None
        return tuple(found)


def _lines_with(path: Path, name: bytes) -> Iterator[bytes]:
    """Give the lines that hold some bytes; a day's file may be large, so it is not read whole."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                at = data.find(name)
                while at >= 0:
                    end = data.find(b"\n", at)
                    end = len(data) if end < 0 else end
                    yield data[data.rfind(b"\n", 0, at) + 1 : end]
                    at = data.find(name, end)
    except OSError as exc:
        raise PredictionsUnavailable(str(path), str(exc)) from exc
