"""The JSON Schemas of policies as files."""

from pathlib import Path

from delivery.policies.schemas import policy_schemas


def write_policy_schemas(folder: Path) -> list[Path]:
    """Write `<name>.schema.json` for all that people write in policies/, and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in policy_schemas().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
