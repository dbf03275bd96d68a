"""JSON Schemas of the records, for editors and for readers in other languages."""

import json
from pathlib import Path

from artifacts.records.approval import Approval
from artifacts.records.audit import AuditEntry
from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.image import ImageRecord
from artifacts.records.inputs import TrainingInputs
from artifacts.records.manifest import ModelManifest
from artifacts.records.photos import PhotoRow
from artifacts.records.prediction import PredictionRecord
from artifacts.records.record import Record
from artifacts.records.release import Payload, Release
from artifacts.records.reproduction import Reproduction

RECORDS: tuple[type[Record], ...] = (
    Approval,
    AuditEntry,
    Evaluation,
    Evidence,
    GateReport,
    HoldoutPin,
    ImageRecord,
    ModelManifest,
    Payload,
    PhotoRow,
    PredictionRecord,
    Release,
    Reproduction,
    TrainingInputs,
)


def write_schemas(folder: Path) -> list[Path]:
    """Write `<Record>.schema.json` for every record and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for record in RECORDS:
        path = folder / f"{record.__name__}.schema.json"
        schema = json.dumps(record.model_json_schema(), indent=2, sort_keys=True)
        path.write_text(schema + "\n", encoding="utf-8")
        paths.append(path)
    return paths
