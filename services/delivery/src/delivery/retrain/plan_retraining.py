"""plan-retraining: whether what a commit would be trained from was judged before."""

from dataclasses import dataclass

from artifacts.records.inputs import TrainingInputs
from delivery.errors import OtherCheckout
from delivery.git.repository import GitRepository
from delivery.retrain.committed_inputs import MANIFEST, PATHS, inputs_of
from delivery.retrain.ports import Retrainings
from delivery.retrain.retraining import Plan, plan_retraining
from delivery.trail.ports import AuditLog


@dataclass(frozen=True)
class PlanRetraining:
    """Planning with all that it reads through."""

    repository: GitRepository
    audit: AuditLog
    retrainings: Retrainings

    def __call__(self, commit: str) -> Plan:
        """Plan for a commit, which the checkout must be at.

        Raises OtherCheckout, AuditBroken, and UnreadableRecord where nobody could train from it.
        """
        inputs = self.inputs_at(commit)
        if inputs is None:
            reason = f"there is no {MANIFEST} yet: import photos and commit it"
            return Plan(needed=False, carry_on=False, reason=reason)
        under_way = self.retrainings.under_way(inputs.digest)
        return self.plan(inputs.digest, under_way=under_way)

    def inputs_at(self, commit: str) -> TrainingInputs | None:
        """Return what a training of the commit starts from; None without a photo manifest.

        It is read from the commit. Nothing of training's is asked, and nothing of it is run.
        """
        wanted, found = self.repository.commit(commit), self.repository.commit("HEAD")
        if wanted != found:
            raise OtherCheckout(wanted, found)
        if self.repository.file(wanted, MANIFEST) is None:
            return None
        return inputs_of(self.repository.files(wanted, PATHS))

    def plan(self, inputs: str, *, under_way: bool) -> Plan:
        """Plan for inputs, by the log and by what earlier runs left."""
        place = self.retrainings.place(inputs)
        return plan_retraining(
            inputs,
            self.audit.entries(),
            under_way=under_way,
            kept=place.kept,
            settled=place.settled,
        )
