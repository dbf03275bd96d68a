from types import SimpleNamespace

import pytest
from support.deploy_world import Killed, World, code, kill_after, model, release

from delivery.deploy.verify import Pending, Verify


@pytest.fixture
def world() -> World:
    """Production runs a payload, and a second one was promoted."""
    made = World()
    made.commit("empty")
    made.commit("p0", production=production("one"))
    made.deploy("production")
    made.commit("p1", production=production("two"))
    return made


def pending(world: World) -> Pending:
    locks = SimpleNamespace(taken=world.locked.__contains__)
    verify = Verify(world.repository, world.repository, world.survey)
    return Pending(verify, world.audit, locks)


def production(pinned: str) -> str:
    return release("production", model(), code(pinned))


def test_production_is_pending_where_its_release_is_not_what_runs(world):
    at = world.repository.tip()
    assert pending(world).run("production", at)
    world.deploy("production")
    assert not pending(world).run("production", at)
    world.host.running.pop("production")
    assert pending(world).run("production", at)


def test_an_environment_in_which_nothing_was_released_is_not_pending(world):
    assert not pending(world).run("staging", world.repository.tip())


@pytest.mark.parametrize("step", ["still_tip", "begin", "swap.ask"])
def test_a_rollback_that_is_merged_while_production_deploys_is_pending(world, step):
    seen = []

    def merge(done: str) -> None:
        if done == step:
            at = world.commit("back", production=production("one"))
            # Production still runs what this commit wants, but not for long.
            assert not pending(world).verify.differs("production", at)
            seen.append(pending(world).run("production", at))

    world.deploy("production", after=merge)
    assert seen == [True]


@pytest.mark.parametrize("step", ["begin", "swap.ask"])
def test_what_was_killed_half_way_is_pending_until_another_deploy_ends(world, step):
    with pytest.raises(Killed):
        world.deploy("production", after=kill_after(step))
    world.locked.clear()
    back = world.commit("back", production=production("one"))
    assert pending(world).run("production", back)
    world.deploy("production", "p1")
    assert world.audit.log[-1].outcome == "superseded"
    assert pending(world).run("production", back)
    world.deploy("production")
    assert not pending(world).run("production", back)
