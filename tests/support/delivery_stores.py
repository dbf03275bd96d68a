"""Stores and files of delivery in memory."""

from pathlib import Path

from support.policy_documents import tiers

from artifacts.errors import SignatureRefused, UnknownArtifact, UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.policies.tiers import RiskTiers
from artifacts.records.holdout import HoldoutPin
from artifacts.records.release import Release
from judging.policy import Policy


class FakeModelStore:
    """Artifacts by digest; an error in place of one is raised."""

    def __init__(self, *found: ModelArtifact, errors: dict[str, Exception] | None = None) -> None:
        self._found = {one.digest: one for one in found}
        self._errors = errors or {}

    def get(self, digest: str) -> ModelArtifact:
        if digest in self._errors:
            raise self._errors[digest]
        if digest not in self._found:
            raise UnknownArtifact(digest, Path("memory"))
        return self._found[digest]


class FakePolicies:
    """Policies by model, one file of tiers, and pins; an error in place of one is raised."""

    def __init__(
        self,
        *policies: Policy,
        risk_tiers: RiskTiers | Exception | None = None,
        pin: HoldoutPin | Exception | None = None,
        error: Exception | None = None,
    ) -> None:
        self._policies = {one.model: one for one in policies}
        self._tiers = risk_tiers or tiers()
        self._pin = pin
        self._error = error
        self.written: list[HoldoutPin] = []

    def read(self, model: str) -> Policy:
        if self._error:
            raise self._error
        if model not in self._policies:
            raise UnreadableRecord(f"models/{model}.yaml", ("no such file",))
        return self._policies[model]

    def tiers(self) -> RiskTiers:
        if isinstance(self._tiers, Exception):
            raise self._tiers
        return self._tiers

    def pin(self, model: str) -> HoldoutPin | None:
        assert model
        if isinstance(self._pin, Exception):
            raise self._pin
        return self._pin

    def write_pin(self, pin: HoldoutPin) -> Path:
        self.written.append(pin)
        self._pin = pin
        return Path(f"holdouts/{pin.model}.csv")


class FakeReleases:
    """Releases by environment."""

    def __init__(self, *releases: Release) -> None:
        self._releases = {one.environment: one for one in releases}

    def read(self, environment: str) -> Release:
        if environment not in self._releases:
            raise UnreadableRecord(f"{environment}.yaml", ("no such file",))
        return self._releases[environment]  # type: ignore[index]


class Believing:
    """A verifier that believes every signature, but for those that are empty."""

    def verify(self, data: bytes, signature: bytes, _at: object = None) -> None:
        """Return for any signature at all."""
        if not (data and signature):
            raise SignatureRefused(Path("signers"), "nothing was signed")
