"""Which kind of change a path is. Every path is of one kind; one that nobody thought of judges."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

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
    """A path, or all that lies under a folder (`releases/reports/`), and why it is of its kind."""

    path: str
    kind: Kind
    reason: str

    def holds(self, path: str) -> bool:
        """Whether a path is here."""
        return path.startswith(self.path) if self.path.endswith("/") else path == self.path


PLACES: Final[tuple[Place, ...]] = (
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
    Place("services/inference/", "code", "what a payload pins by digest, and people approve"),
    Place("services/training/", "code", "makes candidates, which the gate judges"),
    Place("libs/features/", "code", "pinned in a payload, and in a model by its schema"),
    Place("tests/unit/inference/", "code", "changes with the code that it describes"),
    Place("tests/unit/training/", "code", "changes with the code that it describes"),
    Place("tests/unit/features/", "code", "changes with the code that it describes"),
    Place("benchmarks/", "code", "measures; nothing is decided by it"),
    Place("demo/", "code", "tells a story in a box of its own; nothing is decided by it"),
    Place("data/", "data", "what candidates are trained on; a new candidate comes of it"),
    Place("params.yaml", "data", "how candidates are trained; a new candidate comes of it"),
    Place("dvc.yaml", "data", "the pipeline that trains candidates"),
    Place("dvc.lock", "data", "what the pipeline last saw"),
    Place(".dvc/", "data", "where the pipeline's data lie"),
    Place(".dvcignore", "data", "what the pipeline leaves out"),
    Place(".github/", "judge", "the workflows that judge and deploy"),
    Place(".ci/", "judge", "what checks the project on one machine"),
    Place("Makefile", "judge", "what workflows call"),
    Place("bin/", "judge", "what workflows call"),
    Place("pyproject.toml", "judge", "the rules of every check"),
    Place("requirements/", "judge", "what the judge and the services are built from"),
    Place("services/delivery/", "judge", "the judge itself"),
    Place("services/box/", "judge", "protects main in a box"),
    Place("services/host/", "judge", "installs and runs what was approved"),
    Place("services/cloud/", "judge", "builds, registers and observes what was approved"),
    Place("libs/artifacts/", "judge", "records, digests and signatures, which everyone believes"),
    Place("libs/scoring/", "judge", "runs models for the judge"),
    Place("libs/pages/", "judge", "draws what approvers look at"),
    Place("libs/walls/", "judge", "keeps the code of others from keys, logs and stores"),
    Place("infra/", "judge", "how a payload is made to run"),
    Place("mutations/", "judge", "tests the tests of the judge"),
    Place("rehearsal/", "judge", "makes the people and keys of a box"),
    Place("tests/", "judge", "what must hold of everything else"),
    Place(".editorconfig", "judge", "how files are read"),
    Place(".gitattributes", "judge", "how git reads files, and whether it shows their changes"),
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
    """Return a path's kind."""
    place = place_of(path)
    return place.kind if place else UNKNOWN


def classify(paths: Iterable[str]) -> frozenset[Kind]:
    """Return the kinds of a change of some paths."""
    return frozenset(map(kind_of, paths))
