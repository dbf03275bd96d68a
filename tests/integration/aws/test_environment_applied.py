"""The environment staging, applied by the real provider to an emulated AWS, read back by boto3."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from support.aws.emulator import ACCOUNT, REGION, Emulator, running_emulator
from support.aws.staging import DOMAIN, Staging, prepared_staging, timed
from support.aws.terraform_root import STATES, TERRAFORM

pytestmark = pytest.mark.cloud

DIFFERENCES = TERRAFORM.parents[1] / "tests/support/aws/emulator_differences.yaml"
FIRST, SECOND = (f"sha256:{digit * 64}" for digit in "12")
SERVICE = "module.inference_service.aws_ecs_service.inference[0]"
TASK = "module.inference_service.aws_ecs_task_definition.inference[0]"
BUCKETS = [f"plinth-staging-{name}-{ACCOUNT}" for name in ("access-logs", "predictions")]


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    folder = tmp_path_factory.mktemp("staging")
    with running_emulator(folder / "emulator.log") as emulator:
        with timed("init"):
            staging = prepared_staging(emulator, folder)
        with timed("apply"):
            staging.root.apply(staging.values(FIRST))
        print(f"{len(staging.resources())} resources in the state")  # noqa: T201 - its report
        yield staging


@pytest.fixture(scope="module")
def outputs(staging: Staging) -> dict[str, Any]:
    return staging.outputs()


def test_the_task_definition_that_runs_names_the_digest_that_was_released(staging, outputs):
    container = staging.task()["containerDefinitions"][0]
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert container["image"] == f"{registry}/plinth/inference@{FIRST}"
    settings = {each["name"]: each["value"] for each in container["environment"]}
    assert settings["PLINTH_PAYLOAD"] == outputs["payload"]
    assert settings["PLINTH_ENVIRONMENT"] == "staging"
    assert outputs["image"] == FIRST


def test_the_service_says_where_it_answers_and_whose_it_is(staging, outputs):
    service = staging.service()
    tags = {tag["key"]: tag["value"] for tag in service["tags"]}
    assert tags["plinth:url"] == f"https://{DOMAIN}" == outputs["service_url"]
    assert {"plinth:environment", "plinth:root", "plinth:owner", "plinth:cost-center"} <= set(tags)


def test_no_secret_is_in_the_state_or_in_the_task_definition(staging):
    container = staging.task()["containerDefinitions"][0]
    assert [secret["name"] for secret in container["secrets"]] == ["PLINTH_API_KEYS"]
    assert container["secrets"][0]["valueFrom"].startswith("arn:aws:secretsmanager:")
    assert '"kept"' not in staging.root.run("state", "pull")


def test_tasks_are_nobody_and_write_to_one_folder(staging):
    container = staging.task()["containerDefinitions"][0]
    assert container["user"] == "10001:10001"
    assert container["readonlyRootFilesystem"] is True
    assert [mount["containerPath"] for mount in container["mountPoints"]] == ["/tmp"]  # noqa: S108


def test_nothing_is_public_but_the_load_balancer(staging):
    ec2 = staging.emulator.client("ec2")
    networks = {"Name": "vpc-id", "Values": [_network(ec2)]}
    groups = ec2.describe_security_groups(Filters=[networks])["SecurityGroups"]
    opened = [
        (group["GroupName"], rule["FromPort"], rule["ToPort"])
        for group in groups
        for rule in group["IpPermissions"]
        if any(block["CidrIp"] == "0.0.0.0/0" for block in rule["IpRanges"])
    ]
    assert opened == [("plinth-staging-load-balancer", 443, 443)]
    vpc = staging.service()["networkConfiguration"]["awsvpcConfiguration"]
    assert vpc["assignPublicIp"] == "DISABLED"
    subnets = ec2.describe_subnets(Filters=[networks])["Subnets"]
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)
    assert len(vpc["subnets"]) == 2
    assert set(vpc["subnets"]) <= _subnets_without_a_way_out(ec2, networks)
    assert not ec2.describe_nat_gateways(Filters=[networks])["NatGateways"]


def _network(ec2: Any) -> str:
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["plinth-staging"]}])
    return str(found["Vpcs"][0]["VpcId"])


def _subnets_without_a_way_out(ec2: Any, networks: dict[str, Any]) -> set[str]:
    tables = ec2.describe_route_tables(Filters=[networks])["RouteTables"]
    closed = [
        table
        for table in tables
        if not any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in table["Routes"])
    ]
    return {
        each["SubnetId"] for table in closed for each in table["Associations"] if "SubnetId" in each
    }


def test_clients_come_by_https_alone_and_pass_the_firewall(staging):
    elb, waf = staging.emulator.client("elbv2"), staging.emulator.client("wafv2")
    balancer = elb.describe_load_balancers(Names=["plinth-staging"])["LoadBalancers"][0]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert [(one["Port"], one["Protocol"]) for one in listeners] == [(443, "HTTPS")]
    assert listeners[0]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
    acl = waf.get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])["WebACL"]
    rules = {rule["Name"]: next(iter(rule.get("Action", {"group": 0}))) for rule in acl["Rules"]}
    assert rules["rate"] == "Block"
    assert rules["captcha"] == "Captcha"
    assert "AWSManagedRulesKnownBadInputsRuleSet" in rules
    log = waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    hidden = [field["SingleHeader"]["Name"] for field in log["RedactedFields"]]
    assert sorted(hidden) == ["authorization", "cookie", "x-api-key"]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_refuse_plain_http_are_private_versioned_and_encrypted(staging, bucket):
    s3 = staging.emulator.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    refusal = next(one for one in policy["Statement"] if one["Sid"] == "TlsOnly")
    assert (refusal["Effect"], refusal["Action"]) == ("Deny", "s3:*")
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert set(refusal["Resource"]) == {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    rule = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert rule["SSEAlgorithm"] == ("aws:kms" if "predictions" in bucket else "AES256")


def test_every_alarm_tells_somebody(staging, outputs):
    alarms = staging.emulator.client("cloudwatch").describe_alarms(
        AlarmNamePrefix="plinth-staging-"
    )["MetricAlarms"]
    assert {alarm["AlarmName"].removeprefix("plinth-staging-") for alarm in alarms} == {
        "deserted",
        "drift-score-architecture",
        "errors",
        "latency-p99",
        "live-accuracy-architecture",
        "unhealthy",
    }
    assert {tuple(alarm["AlarmActions"]) for alarm in alarms} == {(outputs["alarm_topic_arn"],)}
    topics = staging.emulator.client("sns")
    told = topics.list_subscriptions_by_topic(TopicArn=outputs["alarm_topic_arn"])
    assert [one["Endpoint"] for one in told["Subscriptions"]] == ["ml@plinth.example"]


def test_logs_are_encrypted_and_kept_for_a_stated_time(staging):
    groups = staging.emulator.client("logs").describe_log_groups()["logGroups"]
    assert sorted(group["logGroupName"] for group in groups) == [
        "/plinth/plinth-staging/flow",
        "/plinth/plinth-staging/inference",
        "aws-waf-logs-plinth-staging",
    ]
    assert {group["retentionInDays"] for group in groups} == {30}
    assert all(group.get("kmsKeyId") for group in groups)


def test_another_release_changes_the_service_alone_and_destroy_leaves_nothing(staging):
    known = {entry["path"] for entry in yaml.safe_load(DIFFERENCES.read_text())["aws"]}
    first, second, nothing = (staging.values(image) for image in (FIRST, SECOND, None))
    with timed("plan again"):
        assert staging.root.differences(first) == known

    changed = staging.root.differences(second)
    assert {path.rpartition(".")[0] for path in changed - known} == {SERVICE, TASK}
    with timed("apply another release"):
        staging.root.apply(second)
    assert staging.task()["containerDefinitions"][0]["image"].endswith(SECOND)

    with timed("apply the release before"):
        staging.root.apply(first)
    assert staging.task()["containerDefinitions"][0]["image"].endswith(FIRST)
    assert staging.task()["revision"] == 3

    with timed("apply no release"):
        staging.root.apply(nothing)
    assert staging.service()["status"] == "INACTIVE"
    with timed("destroy"):
        staging.root.destroy(nothing)
    assert staging.resources() == []
    assert _left(staging.emulator) == []


def _left(emulator: Emulator) -> list[str]:
    """Return what is there besides what was there before, by name."""
    ec2 = emulator.client("ec2")
    own = [{"Name": "tag:plinth:environment", "Values": ["staging"]}]
    buckets = emulator.client("s3").list_buckets()["Buckets"]
    return [
        *(bucket["Name"] for bucket in buckets if bucket["Name"] != STATES),
        *(vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=own)["Vpcs"]),
        *(one["GroupId"] for one in ec2.describe_security_groups(Filters=own)["SecurityGroups"]),
        *(
            one["LoadBalancerArn"]
            for one in emulator.client("elbv2").describe_load_balancers()["LoadBalancers"]
        ),
        *(
            one["Name"]
            for one in emulator.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
        ),
        *(
            one["AlarmName"]
            for one in emulator.client("cloudwatch").describe_alarms()["MetricAlarms"]
        ),
        *(
            one["logGroupName"]
            for one in emulator.client("logs").describe_log_groups()["logGroups"]
        ),
        *(one["RoleName"] for one in emulator.client("iam").list_roles()["Roles"]),
        *(one["TopicArn"] for one in emulator.client("sns").list_topics()["Topics"]),
    ]
