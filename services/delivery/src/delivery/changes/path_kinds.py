"""Which kind of change a path is, and where files lie that the judge reads.

Unknown paths count as `judge`, the strictest kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from artifacts.records.release import Environment
from delivery.git.plain_names import name_fault

TIERS, PEOPLE = "policies/risk_tiers.yaml", "policies/approvers.yaml"
MODELS, HOLDOUTS, KEYS = "policies/models/", "policies/holdouts/", "policies/keys/"
STATEMENTS, REPORTS = "policies/approvals/", "releases/reports/"

Kind = Literal[
    "staging_release",
    "production_release",
    "approvals",
    "reports",
    "judge",
    "policy",
    "keys",
    "holdout",
    "code",
    "data",
    "docs",
]


@dataclass(frozen=True)
class Place:
    """A path and why it is of its kind.

    It names a file (`Makefile`), all that lies under a folder (`releases/reports/`), or every file
    of a name in whatever folder it lies (`**/.gitattributes`, `**/*.dvc`).
    """

    path: str
    kind: Kind
    reason: str

    def holds(self, path: str) -> bool:
        """Whether a path is here."""
        if self.path.startswith("**/"):
            return fnmatchcase(path.rpartition("/")[2], self.path[3:])
        return path.startswith(self.path) if self.path.endswith("/") else path == self.path


PLACES: Final[tuple[Place, ...]] = (
    # Names that programs act on wherever they lie come first: no folder makes them harmless.
    Place("**/.gitattributes", "judge", "how git reads files, and whether it shows their changes"),
    Place("**/.gitmodules", "judge", "which other repositories git fetches"),
    Place("**/.dvcignore", "judge", "what the pipeline leaves out"),
    Place("**/dvc.yaml", "judge", "commands that the pipeline runs"),
    Place("**/*.dvc", "judge", "what DVC fetches, and a command where it has `cmd`"),
    Place("**/*.pth", "judge", "what Python runs at its start"),
    Place("**/sitecustomize.py", "judge", "what Python runs at its start"),
    Place("**/usercustomize.py", "judge", "what Python runs at its start"),
    Place("releases/staging.yaml", "staging_release", "what staging runs"),
    Place("releases/production.yaml", "production_release", "what production runs"),
    Place("releases/reports/", "reports", "what the gate said, signed by it"),
    Place("releases/README.md", "docs", "words"),
    Place("policies/approvals/", "approvals", "what people say, signed by them"),
    Place("policies/approvers.yaml", "keys", "who counts as whom, and whose word counts for what"),
    Place("policies/keys/", "keys", "whose signatures are believed"),
    Place("policies/holdouts/", "holdout", "what models are judged on"),
    Place("policies/models/", "policy", "what a model must show"),
    Place("policies/risk_tiers.yaml", "policy", "what a tier asks of models and of people"),
    Place("policies/schemas/", "policy", "what editors accept as a policy"),
    Place("policies/README.md", "docs", "words"),
    Place("docs/", "docs", "words"),
    Place("README.md", "docs", "words"),
    Place("ARCHITECTURE.md", "docs", "words"),
    Place("CHANGELOG.md", "docs", "words"),
    Place("CONTRIBUTING.md", "docs", "words"),
    Place("SECURITY.md", "docs", "words"),
    Place("LICENSE", "docs", "words"),
    # Training and inference run behind walls, in rooms that hold no key. Only their own
    # packages: a file beside one could reach whoever starts Python there, or builds the package.
    Place("services/inference/src/inference/", "code", "what a payload pins, and people approve"),
    Place("services/inference/README.md", "code", "changes with the code that it describes"),
    Place("services/training/src/training/", "code", "makes candidates, which the gate judges"),
    Place("services/training/README.md", "code", "changes with the code that it describes"),
    Place("tests/unit/inference/", "code", "changes with the code that it describes"),
    Place("tests/unit/training/", "code", "changes with the code that it describes"),
    Place("data/", "data", "what candidates are trained on; a new candidate comes of it"),
    Place("params.yaml", "data", "how candidates are trained; a new candidate comes of it"),
    Place("dvc.lock", "data", "what the pipeline last saw"),
    Place(".github/", "judge", "the workflows that judge and deploy"),
    Place(".ci/", "judge", "what checks the project on one machine"),
    Place("Makefile", "judge", "what workflows call"),
    Place("bin/", "judge", "what workflows call"),
    Place("pyproject.toml", "judge", "the rules of every check"),
    Place("requirements/", "judge", "what the judge and the services are built from"),
    Place("services/delivery/", "judge", "the judge itself"),
    Place("services/gate/", "judge", "measures models, and judges them"),
    Place("services/inference/", "judge", "what its package is built from"),
    Place("services/training/", "judge", "what its package is built from"),
    Place("libs/", "judge", "records, signatures, walls, pages, and what measures models"),
    Place("infra/", "judge", "how a payload is made to run"),
    Place("rehearsal/", "judge", "makes a box, protects its main, and signs as its people"),
    Place("tests/", "judge", "what must hold of everything else"),
    Place(".editorconfig", "judge", "how files are read"),
    Place(".dvc/", "judge", "where the pipeline's data lie, and what DVC does with them"),
    Place("benchmarks/", "judge", "runs on machines of people, beside their keys"),
    Place(".gitignore", "judge", "what git does not see"),
)
UNKNOWN: Final[Kind] = "judge"
PROTECTED: Final[frozenset[Kind]] = frozenset({"judge", "policy", "keys", "holdout"})
"""A change of these needs the approvals of the strictest tier."""
AUTHORED: Final[frozenset[Kind]] = PROTECTED | {"staging_release", "production_release"}
"""Who commits a change of these is an author, and must have signed it."""


def place_of(path: str) -> Place | None:
    """Return the first place that holds a path, or None where nobody has thought of it."""
    return next((place for place in PLACES if place.holds(path)), None)


def kind_of(path: str) -> Kind:
    """Return a path's kind. One whose name is not plain is of the strictest, wherever it lies."""
    place = None if name_fault(path) else place_of(path)
    return place.kind if place else UNKNOWN


def classify(paths: Iterable[str]) -> frozenset[Kind]:
    """Return the kinds of a change of some paths."""
    return frozenset(map(kind_of, paths))


def release_path(environment: Environment) -> str:
    """Return where an environment's release is."""
    return f"releases/{environment}.yaml"


def report_path(digest: str) -> str:
    """Return where a gate report is; its signature lies beside it with `.sig` at the end."""
    return f"{REPORTS}{digest.removeprefix('sha256:')}.json"
