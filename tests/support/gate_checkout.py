"""A checkout with all that the gate's commands read: a signed model, photos, policies, releases."""

import shutil
from pathlib import Path

import pytest
from support.checkout_settings import SETTINGS
from support.made_records import release
from support.policy_documents import DECIDED, FIRST_RELEASE, policy, settings, tiers
from support.tiny_artifact import LABELS, public_key_of, tiny_artifact, tiny_photo

from artifacts.digests import digest_bytes
from artifacts.folder import SIGNATURE, list_files, write_artifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.gate import GateReport
from artifacts.records.holdout import HoldoutPin
from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.records.release import Release
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair
from artifacts.ssh_keygen import create_statement_key
from artifacts.store import FolderModelStore
from gate import cli
from judging.policy_files import YamlPolicies

PHOTOS = 12
NO_RULES = (
    *("calibration", "coverage", "declining", "slice_floors", "slice_gaps"),
    *("slice_regressions", "robustness", "leakage", "data_quality", "artifact_limits"),
)
"""Rules that twelve photos tell nothing about."""


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run a command of the gate, and return its exit code."""
    monkeypatch.setattr("sys.argv", ["gate", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def copied(template: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> "Checkout":
    """Return the same checkout in another folder, with the settings of this process set to it."""
    shutil.copytree(template, root)
    made = object.__new__(Checkout)
    made.root, made.key, made.data = root, root / "keys" / "model.pem", root / "data"
    made.rows = PhotoManifest.read(made.data / "manifest.csv")
    made.candidate = root / "candidate"
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", value if name == "JOBS" else str(root / value))
    return made


class Checkout:
    """A folder with all that the commands read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = root / "keys" / "model.pem"
        self.data = root / "data"
        create_key_pair(self.key, public_key_of(self.key))
        self.rows = self.dataset()
        self.candidate = self.artifact("candidate", seed=0)
        self.policy(floor=0)
        YamlPolicies(self.root / "policies").write_pin(HoldoutPin.of("architecture", self.rows))
        names = ("plinth-gate-report", "plinth-evidence")
        create_statement_key(root / "keys/gate", root / "keys/gate.signers", "gate", names)
        self.release(release(FIRST_RELEASE))

    def dataset(self) -> PhotoManifest:
        """Write twelve photos of six buildings, all of the holdout."""
        photos = sorted((tiny_photo(seed=i) for i in range(PHOTOS)), key=digest_bytes)
        store = FolderPhotoStore(self.data / "photos")
        rows = PhotoManifest(
            rows=tuple(
                PhotoRow(
                    photo=store.put(photo),
                    split="holdout",
                    group=f"building {i // 2}",
                    style=LABELS[i],
                    year=1900 + i,
                    source="made up",
                    licence="CC0-1.0",
                )
                for i, photo in enumerate(photos)
            )
        )
        rows.write(self.data / "manifest.csv")
        return rows

    def artifact(self, name: str, seed: int, **heads: bytes) -> Path:
        """Write a signed artifact that was split over this dataset, perhaps with other heads."""
        manifest, files = tiny_artifact(seed)
        files |= {f"heads/{head}.onnx": data for head, data in heads.items()}
        manifest = manifest.model_copy(update={"files": list_files(files)})
        split = DataSplit(
            name="holdout", digest=self.rows.split_digest("holdout"), photos=12, groups=6
        )
        data = Data(photo_manifest=self.rows.digest, splits=(split,))
        folder = self.root / name
        write_artifact(folder, manifest.model_copy(update={"data": data}), files)
        KeySigner(self.key).sign(folder, folder / SIGNATURE)
        return folder

    def policy(self, floor: float, **measurement: float) -> None:
        """Write a policy that everything keeps but, perhaps, an accuracy floor; and its tiers."""
        era = {"id": "era", "metric": "era.median_absolute_error", "at_most": 1e6}
        style = {"id": "style", "metric": "style.accuracy", "at_least": floor}
        rules = settings(
            **dict.fromkeys(NO_RULES),
            holdout_size={"min_photos": PHOTOS, "min_groups": PHOTOS // 2, **DECIDED},
            floors=[{**style, **DECIDED}] if floor else [],
            error_limits=[{**era, **DECIDED}],
        )
        required = {"dimension": "source", "names": ["made up"], "min_photos": 5, **DECIDED}
        made = policy(rules=rules, slices={"required": [required], "optional": []})
        drawn = made.measurement.model_copy(update=measurement)
        made = made.model_copy(update={"measurement": drawn})
        folder = self.root / "policies"
        (folder / "models").mkdir(parents=True, exist_ok=True)
        # JSON is YAML; the record's defaults are not written, as people don't write them either.
        text = made.model_dump_json(exclude_defaults=True)
        (folder / "models/architecture.yaml").write_text(text, encoding="utf-8")
        mild = tiers(rules=["error_limits", "non_inferiority"])
        (folder / "risk_tiers.yaml").write_text(
            mild.model_dump_json(exclude_defaults=True), encoding="utf-8"
        )

    def release(self, made: Release) -> Path:
        return made.write(self.root / "releases/staging.yaml")

    def store(self) -> FolderModelStore:
        return FolderModelStore(self.root / "models", KeyVerifier(public_key_of(self.key)))


def gate(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, *words: object
) -> tuple[int, GateReport]:
    """Run the gate over a checkout, and return its exit code and its report."""
    out = checkout.root / "report.json"
    where = ("--dataset", checkout.data, "--out", out)
    code = run(monkeypatch, "judge", checkout.candidate, *where, *words)
    return code, GateReport.read(out)
