"""Deploys to an emulated AWS with the real provider and real services. In the order of a day."""

import signal
import time
from collections.abc import Iterator

import pytest
from support.aws.deploy_loop import BUCKET, AwsLoop, aws_loop, provider_variables
from support.aws.scheduler import Trouble
from support.checkout import git

# MLflow's own, of libraries that it uses.
pytestmark = [
    pytest.mark.cloud,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]
LOCK = "environments/staging.tfstate.tflock"


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsLoop]:
    """A world in which the first model runs in staging."""
    with aws_loop(tmp_path_factory.mktemp("aws"), provider_variables()) as made:
        commit = made.release(0)
        made.build(commit)
        seconds, ended = made.deploy(commit)
        assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr
        print(f"first deploy, 81 resources: {seconds:.0f} s")  # noqa: T201 - the test's own report
        yield made


def image_of(loop: AwsLoop, commit: str) -> str:
    """Make the image of what a commit wants in staging, and return its digest."""
    payload = loop.build(commit)
    image = loop.image(payload)
    assert image is not None
    return image


def deploy(loop: AwsLoop, commit: str, **more: str) -> str:
    """Deploy a commit, which must end well, and return what was said."""
    seconds, ended = loop.deploy(commit, **more)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr
    print(f"deploy: {seconds:.0f} s")  # noqa: T201
    return ended.stdout


def test_what_runs_is_the_image_of_what_git_wants_and_a_plan_finds_nothing(loop):
    head = git(loop.repository, "rev-parse", "HEAD").strip()

    found = loop.delivery("verify", "staging")

    assert found.returncode == 0, found.stdout + found.stderr
    assert loop.running_image() == image_of(loop, head)


def test_a_release_without_its_image_reaches_no_cloud(loop):
    before = loop.service()["taskDefinition"]

    _, ended = loop.deploy(loop.release(0, report="never built"))

    assert ended.returncode == 2
    assert "delivery build-image" in ended.stdout + ended.stderr
    assert loop.service()["taskDefinition"] == before


def test_a_new_release_changes_the_service_alone_and_its_revert_brings_the_former_image(loop):
    first = git(loop.repository, "rev-parse", "HEAD~1").strip()
    former = loop.running_image()
    second = loop.release(1)
    wanted = image_of(loop, second)

    planned = loop.delivery("plan-infrastructure", "--commit", second).stdout
    deploy(loop, second)

    staging = planned[: planned.index("production: ")].splitlines()
    assert [line.split(":")[0].rpartition(".")[0] for line in staging[1:]] == [
        "module.inference_service.aws_ecs_service",
        "module.inference_service.aws_ecs_task_definition",
    ]
    assert loop.running_image() == wanted != former

    deploy(loop, loop.release_again(first))
    assert loop.running_image() == former


def test_what_was_broken_by_hand_is_named_and_the_next_deploy_mends_it(loop):
    alarms = loop.emulator.client("cloudwatch")
    alarms.delete_alarms(AlarmNames=["plinth-staging-errors"])
    name = "plinth-staging-predictions-123456789012"
    loop.emulator.client("s3").put_bucket_versioning(
        Bucket=name, VersioningConfiguration={"Status": "Suspended"}
    )

    found = loop.delivery("verify", "staging")

    assert found.returncode == 1, found.stdout + found.stderr
    assert "aws_cloudwatch_metric_alarm.errors is to be created" in found.stdout
    assert "aws_s3_bucket_versioning" in found.stdout
    assert "versioning_configuration" in found.stdout

    deploy(loop, loop.merge())
    assert loop.delivery("verify", "staging").returncode == 0


def test_a_rollout_that_goes_back_is_red_and_the_former_release_serves_on(loop):
    former = loop.running_image()
    commit = loop.release(1, report="it stops")
    loop.build(commit)
    loop.scheduler.cause(Trouble("stops", reason="it can't read its model"))

    _, ended = loop.deploy(commit)

    loop.scheduler.cause(None)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2
    assert "red at settle" in said
    assert loop.running_image() == former
    found = loop.delivery("verify", "staging")
    assert found.returncode == 1
    assert "cloud: what the service rolls out" in found.stdout
    assert loop.log()[-1].outcome == "red"


def test_a_lock_that_somebody_holds_leaves_everything_as_it_was(loop):
    s3 = loop.emulator.client("s3")
    s3.put_object(Bucket=BUCKET, Key=LOCK, Body=b'{"ID": "1234", "Who": "max"}')
    entries = len(loop.log())

    _, ended = loop.deploy(loop.release_again("HEAD~1"), PLINTH_PATIENCE="2")

    s3.delete_object(Bucket=BUCKET, Key=LOCK)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2
    assert "before you unlock" in said
    assert "proposed" not in said
    assert len(loop.log()) > entries


def test_another_account_and_no_credentials_are_named_before_anything_is_done(loop):
    commit = git(loop.repository, "rev-parse", "HEAD").strip()
    before = loop.service()["taskDefinition"]

    _, other = loop.deploy(commit, PLINTH_AWS_ACCOUNT="999999999999")
    _, none = loop.deploy(commit, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    assert (other.returncode, none.returncode) == (2, 2)
    assert "999999999999" in other.stdout + other.stderr
    assert "credentials" in none.stdout + none.stderr
    assert loop.service()["taskDefinition"] == before


def test_a_deploy_that_is_killed_after_the_apply_is_finished_by_the_next(loop):
    commit = loop.release(0)
    wanted = image_of(loop, commit)
    _, killed = loop.deploy(commit, PLINTH_DIE_AFTER="apply")
    assert killed.returncode == -signal.SIGKILL
    assert loop.log()[-1].outcome == "undecided"

    started = time.perf_counter()
    deploy(loop, commit)
    print(f"finished after a kill: {time.perf_counter() - started:.0f} s")  # noqa: T201

    assert loop.running_image() == wanted
    assert loop.log()[-1].outcome == "green"
