"""Files of a commit as records: what can't be read is a value that says why."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TypeVar

from artifacts.cant_tell import CantTell
from artifacts.errors import UnreadableRecord
from artifacts.policies.approvers import People
from artifacts.policies.holdout_text import parse_pin
from artifacts.policies.tiers import RiskTiers
from artifacts.records.holdout import HoldoutPin
from artifacts.records.record import Record, parse_json, parse_yaml
from artifacts.records.release import Environment, Release
from artifacts.ssh_signatures import ServiceKey, read_signers
from delivery.changes.facts import Ground
from judging.policy import Policy, unknown_rules

R = TypeVar("R", bound=Record)
Files = Mapping[str, bytes]
TIERS, PEOPLE = "policies/risk_tiers.yaml", "policies/approvers.yaml"
MODELS, HOLDOUTS, KEYS = "policies/models/", "policies/holdouts/", "policies/keys/"
STATEMENTS, REPORTS = "policies/approvals/", "releases/reports/"
TOLD, LONGEST = 20, 4000
"""How many problems of a document are told, and in how many characters."""


class NotRead(KeyError):
    """A file that is there and is not read, and why."""


def release_path(environment: Environment) -> str:
    """Return where an environment's release is."""
    return f"releases/{environment}.yaml"


def report_path(digest: str) -> str:
    """Return where a gate report is; its signature lies beside it with `.sig` at the end."""
    return f"{REPORTS}{digest.removeprefix('sha256:')}.json"


def document(kind: type[R], files: Files, path: str) -> R | CantTell:
    """Read a record from its file, YAML or JSON by its ending."""
    try:
        data = files[path]
    except NotRead as exc:
        return CantTell(path, str(exc.args[0]))
    except KeyError:
        return CantTell(path, "there is no such file")
    return _read(kind, data, path)


# A judge of many merges meets the same policies at each: parsing them was 40 % of its time.
@lru_cache(maxsize=256)
def _read(kind: type[R], data: bytes, path: str) -> R | CantTell:
    parse: Callable[[str, str], object] = (
        parse_yaml if path.endswith((".yaml", ".yml")) else parse_json
    )
    try:
        return kind.parse(parse(data.decode(), path), path)
    except UnreadableRecord as exc:
        return CantTell(path, "; ".join(exc.problems[:TOLD])[:LONGEST])
    except UnicodeDecodeError as exc:
        return CantTell(path, f"it is not UTF-8: {exc.reason} at byte {exc.start}")


def read_release(files: Files, environment: Environment) -> Release | CantTell:
    """Read an environment's release; another environment's in its place can't be followed."""
    path = release_path(environment)
    found = document(Release, files, path)
    if isinstance(found, Release) and found.environment != environment:
        return CantTell(path, f"it is the release of {found.environment}")
    return found


def read_ground(files: Files) -> Ground:
    """Read policies, people and keys from all files under policies/."""
    return Ground(
        tiers=document(RiskTiers, files, TIERS),
        people=document(People, files, PEOPLE),
        policies={_stem(path): _policy(files, path) for path in _under(files, MODELS, ".yaml")},
        pins={_stem(path): _pin(files, path) for path in _under(files, HOLDOUTS, ".csv")},
        gate=_signers(files, f"{KEYS}gate.signers"),
        services=_signers(files, f"{KEYS}delivery.signers"),
    )


def _policy(files: Files, path: str) -> Policy | CantTell:
    found = document(Policy, files, path)
    if isinstance(found, CantTell):
        text = files.get(path, b"").decode(errors="replace")
        try:
            faults = unknown_rules(parse_yaml(text, path))
        except UnreadableRecord:
            return found
        return CantTell(path, "; ".join((*faults, found.reason)))
    if found.model != _stem(path):
        return CantTell(path, f"it is the policy of {found.model}")
    return found


def _pin(files: Files, path: str) -> HoldoutPin | CantTell:
    try:
        data = files[path]
    except NotRead as exc:
        return CantTell(path, str(exc.args[0]))
    except KeyError:
        return CantTell(path, "there is no such file")
    try:
        return parse_pin(data, _stem(path), path)
    except UnreadableRecord as exc:
        return CantTell(path, "; ".join(exc.problems[:TOLD])[:LONGEST])


def _signers(files: Files, path: str) -> tuple[ServiceKey, ...]:
    return read_signers(files.get(path, b"").decode(errors="replace"))


def _under(files: Files, folder: str, ending: str) -> list[str]:
    return [path for path in sorted(files) if path.startswith(folder) and path.endswith(ending)]


def _stem(path: str) -> str:
    return PurePosixPath(path).stem
