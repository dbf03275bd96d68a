"""The cloud's commands as delivery runs them: what is read, and what each exit code means."""

import json
import sys
from pathlib import Path

import pytest
from support.deploy_world import code, digest, model

from artifacts.records.release import Payload
from delivery.errors import CloudUnreachable, HostFailed, ImageMissing, ImageRefused
from delivery.targets.answers import Answer
from delivery.targets.aws.cloud_commands import CloudCommands
from delivery.targets.aws.cloud_observation import CloudObservation, Rollout, Task

IMAGE, P, M, C = digest("image"), digest("p"), digest("m"), digest("c")
PAYLOAD = Payload(code=code(), image=IMAGE, models={"architecture": (model(),)})
DEFINITION = {"arn": "x", "image": IMAGE, "payload": P}
SAID = {
    "environment": "staging",
    "account": "123456789012",
    "region": "eu-central-1",
    "service": {
        "status": "ACTIVE",
        "deployments": [
            {"id": "1", "status": "PRIMARY", "task_definition": DEFINITION,
             "rollout": "IN_PROGRESS", "reason": "in\x1b[31m progress"},
            {"id": "0", "status": "ACTIVE", "task_definition": DEFINITION,
             "rollout": "COMPLETED", "reason": ""},
        ],
    },
    "tasks": [
        {"id": "t1", "image": IMAGE, "payload": P, "last_status": "RUNNING",
         "desired_status": "RUNNING"},
        {"id": "t0", "image": IMAGE, "payload": P, "last_status": "DEPROVISIONING",
         "desired_status": "STOPPED"},
    ],
    "targets": {"healthy": 1, "unhealthy": 2, "others": 0, "reasons": []},
    "url": "https://plinth.example",
    "answers": [
        {"status": 200, "payload": P, "environment": "staging", "model": M, "code": C,
         "problem": None},
        {"status": None, "payload": None, "environment": None, "model": None, "code": None,
         "problem": "refused"},
    ],
}  # fmt: skip


def cloud(folder: Path, body: str) -> CloudCommands:
    """Return the cloud behind a launcher of some lines of Python; its words are `words`."""
    path = folder / "plinth"
    head = f"#!{sys.executable}\nimport sys, pathlib\nwords = sys.argv[2:]\n"
    log = f"pathlib.Path({str(folder / 'called')!r}).open('a').write(' '.join(words) + '\\n')\n"
    path.write_text(f"{head}{log}{body}\n")
    path.chmod(0o755)
    return CloudCommands(path, "123456789012", 30)


def called(folder: Path) -> list[str]:
    file = folder / "called"
    return [line.split()[1] for line in file.read_text().splitlines()] if file.exists() else []


def test_what_the_cloud_says_is_read(tmp_path):
    found = cloud(tmp_path, f"print({json.dumps(SAID)!r})").observe("staging")

    assert found == CloudObservation(
        rollout=Rollout(P, IMAGE, "IN_PROGRESS", "in?[31m progress"),
        older=1,
        tasks=(Task("t1", P, IMAGE),),
        healthy=1,
        unhealthy=2,
        answers=(Answer(P, C, (M,), "staging"),),
        silent=("refused",),
    )


def test_where_there_is_no_service_there_is_nothing(tmp_path):
    bare = SAID | {"service": None, "tasks": [], "targets": {"healthy": 0, "unhealthy": 0}}
    bare |= {"answers": []}

    assert cloud(tmp_path, f"print({json.dumps(bare)!r})").observe("staging").nothing


@pytest.mark.parametrize("said", ["", "{}", "not json", "[1]"])
def test_what_can_not_be_read_is_said_to_be_that(tmp_path, said):
    with pytest.raises(HostFailed, match="can't be read"):
        cloud(tmp_path, f"print({said!r})").observe("staging")


def test_an_image_is_looked_for_in_the_registry_as_whom_we_should_be(tmp_path):
    cloud(tmp_path, "").install(PAYLOAD)

    assert called(tmp_path) == ["identify", "push"]


def test_another_account_or_none_is_no_fault_of_the_release(tmp_path):
    body = "sys.exit('the account is 999, not 123' if words[1] == 'identify' else 0)"

    with pytest.raises(CloudUnreachable, match="the account is 999, not 123"):
        cloud(tmp_path, body).install(PAYLOAD)

    assert called(tmp_path) == ["identify"]


def test_a_payload_without_an_image_reaches_no_cloud(tmp_path):
    with pytest.raises(ImageMissing, match="delivery build-image"):
        cloud(tmp_path, "").install(PAYLOAD.model_copy(update={"image": None}))

    assert called(tmp_path) == []


def test_a_registry_that_has_another_image_is_named(tmp_path):
    body = "sys.exit('the tag names another image' if words[1] == 'push' else 0)"

    with pytest.raises(ImageRefused, match="another image"):
        cloud(tmp_path, body).install(PAYLOAD)


def test_a_rollout_that_settles_says_nothing(tmp_path):
    cloud(tmp_path, "").settle("staging", PAYLOAD)

    assert (tmp_path / "called").read_text().split() == [
        *("aws", "settle", "staging", "--image", IMAGE, "--seconds", "30"),
    ]


@pytest.mark.parametrize(("code", "raised"), [(1, HostFailed), (2, CloudUnreachable)])
def test_a_rollout_that_went_back_is_the_releases_fault_and_silence_is_not(tmp_path, code, raised):
    body = f"print('the circuit breaker went back', file=sys.stderr); sys.exit({code})"

    with pytest.raises(raised, match="circuit breaker"):
        cloud(tmp_path, body).settle("staging", PAYLOAD)


def test_building_and_publishing_return_what_was_said(tmp_path):
    made = cloud(tmp_path, "print(words[1])")

    assert made.build(PAYLOAD, tmp_path) == "build\n"
    assert made.publish(PAYLOAD) == "push\nscan\n"


def test_an_image_that_the_scan_refuses_is_not_published(tmp_path):
    body = "sys.exit('CVE-1 is critical' if words[1] == 'scan' else 0)"

    with pytest.raises(ImageRefused, match="CVE-1"):
        cloud(tmp_path, body).publish(PAYLOAD)


def test_a_launcher_that_is_not_there_is_a_failure(tmp_path):
    with pytest.raises(HostFailed):
        CloudCommands(tmp_path / "none", "1", 1).observe("staging")
