"""JSON Schemas of what people write in policies/, so that editors complete and check it."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from artifacts.policies.approvers import People
from artifacts.policies.tiers import RiskTiers
from artifacts.records.record import Record
from artifacts.write_whole import write_whole
from judging.policy import Policy

RECORDS: Final[Mapping[str, type[Record]]] = MappingProxyType(
    {"Approvers": People, "ModelPolicy": Policy, "RiskTiers": RiskTiers}
)


def write_policy_schemas(folder: Path) -> list[Path]:
    """Write `<name>.schema.json` for all that people write in policies/, and return the paths."""
    return [
        write_whole(
            folder / f"{name}.schema.json",
            json.dumps(record.model_json_schema(), indent=2, sort_keys=True) + "\n",
        )
        for name, record in RECORDS.items()
    ]
