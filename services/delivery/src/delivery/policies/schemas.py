"""JSON Schemas of what people write in policies/, so that editors complete and check it."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from artifacts.records.record import Record
from delivery.policies.approvers import People
from delivery.policies.policy import Policy
from delivery.policies.tiers import RiskTiers

RECORDS: Final[Mapping[str, type[Record]]] = MappingProxyType(
    {"Approvers": People, "ModelPolicy": Policy, "RiskTiers": RiskTiers}
)


def policy_schemas() -> dict[str, str]:
    """Return each schema's file name, `<name>.schema.json`, with its text."""
    return {
        f"{name}.schema.json": json.dumps(record.model_json_schema(), indent=2, sort_keys=True)
        + "\n"
        for name, record in RECORDS.items()
    }
