"""Whether a model that was built again is the original: told from the two manifests alone.

The manifest names the digest of every file, so that equal manifests are equal models where the
bytes were checked against them. What is nearly equal is different here: only running both could
tell, and neither is believed.
"""

from collections.abc import Mapping
from typing import Final

from artifacts.records.manifest import ModelManifest
from artifacts.records.reproduction import Outcome
from artifacts.text import plain

_SHOWN: Final = 20
_WIDTH: Final = 100


def compare_rebuilt(
    original: ModelManifest, rebuilt: ModelManifest
) -> tuple[Outcome, tuple[str, ...]]:
    """Return `equal`, or `different` with the fields and files in which the two part."""
    if original.digest == rebuilt.digest:
        return "equal", ()
    before, after = _fields(original), _fields(rebuilt)
    names = [*before, *(name for name in after if name not in before)]
    parting = [
        f"{plain(name, _WIDTH)} was {_value(before, name)}, is {_value(after, name)}"
        for name in names
        if before.get(name) != after.get(name)
    ]
    shown = parting[:_SHOWN] or ["the order of some list in the manifest"]
    more = len(parting) - _SHOWN
    return "different", (*shown, *([f"and {more} differences more"] if more > 0 else []))


def _fields(manifest: ModelManifest) -> Mapping[str, object]:
    fields = manifest.model_dump(mode="json")
    files = {f"file {file.path}": file.digest for file in manifest.files}
    return {**{name: value for name, value in fields.items() if name != "files"}, **files}


def _value(fields: Mapping[str, object], name: str) -> str:
    return plain(str(fields[name]), _WIDTH) if name in fields else "absent"
