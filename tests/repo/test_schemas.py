"""The committed JSON Schemas are those of the records."""

from pathlib import Path

from artifacts.schemas import write_schemas


def test_committed_schemas_are_what_the_records_make(root: Path, tmp_path: Path) -> None:
    """`make schemas` writes them."""
    committed = {p.name: p.read_text() for p in (root / "libs/artifacts/schemas").glob("*.json")}

    made = {path.name: path.read_text() for path in write_schemas(tmp_path)}

    assert committed == made
