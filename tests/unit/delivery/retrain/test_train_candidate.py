"""Training once and handing over; taking what was planned and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from support.deploy_world import FakeRepository
from support.made_records import artifact
from support.retraining_fakes import training_inputs

from artifacts.digests import digest_json
from artifacts.records.inputs import TrainingInputs
from artifacts.refusal import Refusal
from delivery.errors import HandoverRefused, TrainingFailed
from delivery.retrain.places import Place, Places
from delivery.retrain.retrain import take_candidate
from delivery.retrain.training_claims import HandedOver, not_as_planned
from delivery.retrain.training_commands import train_once

FOUND = artifact("candidate")
HANDED = HandedOver(FOUND.manifest, FOUND.files, {"params.yaml": b"seed: 1"})
PLANNED = training_inputs(
    model=FOUND.manifest.name,
    photo_manifest=FOUND.manifest.data.photo_manifest,
    environment=FOUND.manifest.environment,
)


@dataclass
class FakeHandover:
    """Keeps what it is given in memory."""

    there: dict[str, HandedOver] = field(default_factory=dict)

    def give(self, handed: HandedOver) -> str:
        self.there[handed.digest] = handed
        return handed.digest

    def take(self, digest: str) -> HandedOver:
        if digest not in self.there:
            raise HandoverRefused(digest, "it is not there")
        return self.there[digest]

    def holds(self, digest: str) -> bool:
        return digest in self.there

    def forget(self, digest: str) -> None:
        del self.there[digest]


@dataclass
class Training:
    """A machine that trains: nothing of it is real but a folder."""

    folder: Path
    handover: FakeHandover = field(default_factory=FakeHandover)
    trained: int = 0
    breaks: str = ""

    @property
    def trainings(self) -> Places:
        return Places(self.folder)

    def command(self, planned: str | None = None) -> str | Refusal:
        return train_once(PLANNED.digest, planned, self.trainings, self.train, self.handover)

    def train(self, place: Place) -> HandedOver:
        place.work.mkdir(parents=True, exist_ok=True)
        if self.breaks:
            raise TrainingFailed("retrain", self.breaks)
        self.trained += 1
        return HANDED


@pytest.fixture
def training(tmp_path: Path) -> Training:
    return Training(tmp_path / "training")


def test_what_was_trained_is_handed_over_and_what_only_training_needed_goes(
    training: Training,
) -> None:
    digest = training.command(PLANNED.digest)

    assert digest == HANDED.digest
    assert training.handover.holds(HANDED.digest)
    assert not training.trainings.place(PLANNED.digest).work.exists()


def test_what_was_handed_over_is_not_trained_again(training: Training) -> None:
    first, second = training.command(), training.command(PLANNED.digest)

    assert first == second
    assert training.trained == 1


def test_a_training_that_broke_keeps_its_work_and_is_tried_again(training: Training) -> None:
    training.breaks = "killed"
    with pytest.raises(TrainingFailed, match="killed"):
        training.command()
    kept = training.trainings.place(PLANNED.digest).work.exists()
    training.breaks = ""

    assert training.command() == HANDED.digest
    assert kept


def test_what_was_handed_over_and_lost_is_trained_again(training: Training) -> None:
    training.command()
    training.handover.there.clear()

    assert training.command() == HANDED.digest
    assert training.trained == 2


def test_no_other_inputs_than_planned_are_trained_on(training: Training) -> None:
    done = training.command(digest_json("others"))

    assert isinstance(done, Refusal)
    assert f"trains from {PLANNED.digest}, planned was {digest_json('others')}" in done.reason
    assert training.trained == 0


def test_a_training_beside_another_of_the_same_inputs_does_nothing(training: Training) -> None:
    with training.trainings.held(PLANNED.digest):
        done = training.command()

    assert done == Refusal("a training of the same inputs is under way")
    assert training.trained == 0


@dataclass
class Taking:
    """Who takes candidates."""

    handover: FakeHandover = field(default_factory=FakeHandover)
    adopted: list[HandedOver] = field(default_factory=list)
    knows: str = FOUND.manifest.code.commit

    def fetch(
        self,
        announced: str | None,
        inputs: TrainingInputs = PLANNED,
        train: Callable[[str], str | Refusal] = lambda _: Refusal("nobody trains here"),
    ) -> None:
        repository = FakeRepository()
        repository.content[self.knows] = {}
        trained = train(inputs.digest) if announced is None else announced
        take_candidate(trained, inputs, self.handover, repository, self.adopted.append)


@pytest.fixture
def taking() -> Taking:
    return Taking()


def test_what_was_announced_is_adopted_and_forgotten(taking: Taking) -> None:
    digest = taking.handover.give(HANDED)

    taking.fetch(digest)

    assert taking.adopted == [HANDED]
    assert not taking.handover.holds(digest)


def test_without_an_announcement_it_is_trained_here(taking: Taking) -> None:
    asked: list[str] = []

    def train(planned: str) -> str:
        asked.append(planned)
        return taking.handover.give(HANDED)

    taking.fetch(None, train=train)

    assert taking.adopted == [HANDED]
    assert asked == [PLANNED.digest]


def test_a_training_here_that_is_refused_is_a_breakdown(taking: Taking) -> None:
    with pytest.raises(TrainingFailed, match="nobody trains here"):
        taking.fetch(None)


@pytest.mark.parametrize("field_", ["photo_manifest", "environment"])
def test_a_candidate_of_another_training_than_planned_is_refused(
    field_: str, taking: Taking
) -> None:
    digest = taking.handover.give(HANDED)
    planned = PLANNED.model_copy(update={field_: digest_json("planned")})

    with pytest.raises(HandoverRefused, match=f"planned was {digest_json('planned')}"):
        taking.fetch(digest, planned)
    assert taking.adopted == []


def test_a_candidate_of_another_model_than_planned_is_refused() -> None:
    planned = PLANNED.model_copy(update={"model": "fraud"})

    assert not_as_planned(FOUND.manifest, planned) == (
        f"its model is {FOUND.manifest.name}, planned was fraud"
    )


def test_a_candidate_of_code_that_nobody_committed_is_refused(taking: Taking) -> None:
    digest = taking.handover.give(HANDED)

    with pytest.raises(HandoverRefused, match="trained from other code"):
        replace(taking, knows="b" * 40).fetch(digest)
    assert taking.adopted == []


def test_what_is_not_there_is_refused(taking: Taking) -> None:
    with pytest.raises(HandoverRefused, match="it is not there"):
        taking.fetch(HANDED.digest)
