import json
from pathlib import Path

from artifacts.schemas import RECORDS, write_schemas


def test_the_schema_of_every_record_is_closed(tmp_path: Path):
    paths = write_schemas(tmp_path / "schemas")

    assert [path.name for path in paths] == [f"{r.__name__}.schema.json" for r in RECORDS]
    for path in paths:
        schema = json.loads(path.read_text())
        parts = [schema, *schema.get("$defs", {}).values()]
        assert all(part["additionalProperties"] is False for part in parts)
