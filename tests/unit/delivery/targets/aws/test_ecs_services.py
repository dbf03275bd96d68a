"""What AWS answers, by botocore's stubs, which check each question against AWS's own model."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from support.cloud_sightings import NEW, OLD, PAYLOAD, URL

from delivery.targets.aws.aws_clients import caller_of
from delivery.targets.aws.aws_errors import CloudFailed, NotAllowed
from delivery.targets.aws.aws_observation import ObservedTask, Sighting, Targets
from delivery.targets.aws.observe_services import EcsServices

CLUSTER, GROUP = "plinth-staging", "arn:group"
ASKED = {"cluster": CLUSTER, "services": ["inference"], "include": ["TAGS"]}


class Aws:
    """Stubbed clients of the services that are asked."""

    def __init__(self) -> None:
        self.clients = {name: _client(name) for name in ("ecs", "elbv2", "sts")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def __call__(self, service: str) -> Any:
        return self.clients[service]

    def ecs(self, operation: str, said: dict[str, Any], **asked: Any) -> None:
        self.stubs["ecs"].add_response(operation, said, asked or None)

    def service(self, **more: Any) -> None:
        known = {"status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0}
        self.ecs("describe_services", {"services": [{**known, **more}]}, **ASKED)

    def definition(self, arn: str, image: str, *others: dict[str, Any]) -> None:
        container = {
            "name": "inference",
            "image": image,
            "environment": [{"name": "PLINTH_PAYLOAD", "value": PAYLOAD}],
        }
        said = {"taskDefinition": {"containerDefinitions": [*others, container]}}
        self.ecs("describe_task_definition", said, taskDefinition=arn)

    def listed(self, status: str, *pages: list[str]) -> None:
        for number, arns in enumerate(pages):
            asked = {"cluster": CLUSTER, "serviceName": "inference", "desiredStatus": status}
            if number:
                asked["nextToken"] = str(number)
            more = {"nextToken": str(number + 1)} if number + 1 < len(pages) else {}
            self.ecs("list_tasks", {"taskArns": arns, **more}, **asked)

    def described(self, arns: list[str], tasks: list[dict[str, Any]]) -> None:
        self.ecs("describe_tasks", {"tasks": tasks}, cluster=CLUSTER, tasks=arns)


def _client(name: str) -> Any:
    return boto3.session.Session().client(
        name,
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nothing is sent
    )


def said_of(arn: str, definition: str = "def:1", **more: Any) -> dict[str, Any]:
    known = {"lastStatus": "RUNNING", "desiredStatus": "RUNNING", "group": "service:inference"}
    return {"taskArn": arn, "taskDefinitionArn": definition, **known, **more}


@pytest.fixture
def aws() -> Iterator[Aws]:
    made = Aws()
    yield made
    for stub in made.stubs.values():
        stub.assert_no_pending_responses()


def looked(aws: Aws) -> Sighting:
    return EcsServices(aws).look("staging")


def only_task(
    aws: Aws, said: dict[str, Any], image: str = f"registry/plinth@{OLD}"
) -> ObservedTask:
    aws.service()
    aws.listed("RUNNING", [said["taskArn"]])
    aws.listed("STOPPED", [])
    aws.described([said["taskArn"]], [said])
    aws.definition("def:1", image)
    (task,) = looked(aws).tasks
    return task


def test_no_cluster_is_no_service(aws: Aws) -> None:
    aws.stubs["ecs"].add_client_error("describe_services", "ClusterNotFoundException")

    assert looked(aws) == Sighting()


@pytest.mark.parametrize(
    "said",
    [
        {"services": [], "failures": [{"arn": "x", "reason": "MISSING"}]},
        {"services": [{"status": "INACTIVE"}]},
    ],
)
def test_a_missing_or_deleted_service_is_none(aws: Aws, said: dict[str, Any]) -> None:
    aws.ecs("describe_services", said, **ASKED)

    assert looked(aws) == Sighting()


def test_another_failure_than_missing_is_no_absence(aws: Aws) -> None:
    aws.ecs("describe_services", {"services": [], "failures": [{"reason": "ODD"}]}, **ASKED)

    with pytest.raises(CloudFailed, match="ODD"):
        looked(aws)


def test_every_deployment_is_told_with_its_image_and_payload(aws: Aws) -> None:
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    primary = {
        "id": "ecs-svc/2",
        "status": "PRIMARY",
        "taskDefinition": "def:2",
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": "in\nprogress",
        "failedTasks": 1,
        "createdAt": noon,
    }
    former = {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": "def:1"}
    aws.service(
        taskDefinition="def:2",
        deployments=[primary, former],
        events=[{"createdAt": noon, "message": "hello"}],
        tags=[{"key": "plinth:url", "value": URL}, {"key": "other", "value": "x"}],
    )
    aws.definition("def:2", f"registry/plinth@{NEW}")
    aws.definition("def:1", "registry/plinth:latest")
    aws.listed("RUNNING", [])
    aws.listed("STOPPED", [])

    service = looked(aws).service

    assert service
    assert (service.url, service.events[0].message) == (URL, "hello")
    first, second = service.deployments
    assert (first.task_definition.image, first.task_definition.payload) == (NEW, PAYLOAD)
    assert (first.rollout, first.reason, first.failed_tasks) == ("IN_PROGRESS", "in progress", 1)
    assert (second.task_definition.image, second.rollout) == (None, None)


def test_no_page_and_no_hundred_is_left_unread(aws: Aws) -> None:
    arns = [f"arn/{number}" for number in range(150)]
    aws.service()
    aws.listed("RUNNING", arns[:90], arns[90:120])
    aws.listed("STOPPED", arns[110:])
    aws.described(arns[:100], [said_of(arn) for arn in arns[:100]])
    aws.definition("def:1", f"registry/plinth@{OLD}")
    aws.described(arns[100:], [said_of(arn) for arn in arns[100:]])

    assert [task.id for task in looked(aws).tasks] == [str(number) for number in range(150)]


def test_the_image_that_the_container_runs_counts_before_the_one_it_was_started_from(
    aws: Aws,
) -> None:
    containers = [
        {"name": "sidecar", "imageDigest": OLD},
        {"name": "inference", "imageDigest": NEW},
    ]

    task = only_task(aws, said_of("arn/1", containers=containers, healthStatus="HEALTHY"))

    assert (task.image, task.image_of, task.payload) == (NEW, "container", PAYLOAD)
    assert (task.health, task.exit_code) == ("HEALTHY", None)


def test_without_a_digest_of_its_own_a_task_has_its_definition_s(aws: Aws) -> None:
    task = only_task(aws, said_of("arn/1", containers=[{"name": "inference"}]))

    assert (task.image, task.image_of, task.health) == (OLD, "task definition", "UNKNOWN")


def test_a_task_that_stopped_says_why(aws: Aws) -> None:
    container = {"name": "inference", "exitCode": 137, "reason": "OutOfMemoryError: killed"}
    said = said_of(
        "arn/1",
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        stopCode="EssentialContainerExited",
        stoppedReason="Essential container in task exited",
        containers=[container],
    )

    task = only_task(aws, said)

    assert (task.exit_code, task.container_reason) == (137, "OutOfMemoryError: killed")
    assert task.stop_code == "EssentialContainerExited"
    assert not task.serves


def test_tasks_of_others_in_the_cluster_are_not_the_service_s(aws: Aws) -> None:
    aws.service()
    aws.listed("RUNNING", ["arn/1"])
    aws.listed("STOPPED", [])
    aws.described(["arn/1"], [said_of("arn/1", group="family:migration")])

    assert looked(aws).tasks == ()


def test_targets_are_counted_and_the_unhealthy_give_their_reasons(aws: Aws) -> None:
    def target(address: str, **health: str) -> dict[str, Any]:
        return {"Target": {"Id": address, "Port": 8080}, "TargetHealth": health}

    aws.service(loadBalancers=[{"targetGroupArn": GROUP}, {"loadBalancerName": "classic"}])
    aws.listed("RUNNING", [])
    aws.listed("STOPPED", [])
    healths = [
        target("10.0.0.1", State="healthy"),
        target("10.0.0.2", State="unhealthy", Reason="Target.Timeout", Description="slow"),
        target("10.0.0.3", State="draining"),
    ]
    said = {"TargetHealthDescriptions": healths}
    aws.stubs["elbv2"].add_response("describe_target_health", said, {"TargetGroupArn": GROUP})

    targets = looked(aws).targets

    assert (targets.healthy, targets.unhealthy, targets.others) == (1, 1, 1)
    assert [(each.target, each.reason) for each in targets.reasons] == [
        ("10.0.0.2:8080", "Target.Timeout: slow"),
        ("10.0.0.3:8080", "no reason given"),
    ]


def test_a_target_group_that_is_gone_has_no_targets(aws: Aws) -> None:
    aws.service(loadBalancers=[{"targetGroupArn": GROUP}])
    aws.listed("RUNNING", [])
    aws.listed("STOPPED", [])
    aws.stubs["elbv2"].add_client_error("describe_target_health", "TargetGroupNotFound")

    assert looked(aws).targets == Targets()


@pytest.mark.parametrize("service", ["ecs", "elbv2"])
def test_what_may_not_be_read_is_no_absence(aws: Aws, service: str) -> None:
    if service == "ecs":
        aws.stubs["ecs"].add_client_error("describe_services", "AccessDeniedException", "ecs:X")
    else:
        aws.service(loadBalancers=[{"targetGroupArn": GROUP}])
        aws.listed("RUNNING", [])
        aws.listed("STOPPED", [])
        aws.stubs["elbv2"].add_client_error("describe_target_health", "AccessDenied", "ecs:X")

    with pytest.raises(NotAllowed, match="ecs:X"):
        looked(aws)


def test_the_caller_is_who_sts_says(aws: Aws) -> None:
    said = {"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/x/y"}
    aws.stubs["sts"].add_response("get_caller_identity", said, {})

    caller = caller_of(aws)

    assert (caller.account, caller.region) == ("123456789012", "eu-central-1")
    assert caller.arn.endswith("assumed-role/x/y")
