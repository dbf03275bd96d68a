"""The foundation: applied by the real provider to an emulated AWS, read back, destroyed."""

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.aws.emulator import ACCOUNT, REGION, Emulator, running_emulator
from support.aws.terraform_root import (
    STATES,
    TerraformRoot,
    backend_words,
    copied_root,
    make_state_bucket,
)
from support.aws.trust import admits

from artifacts.records.record import parse_yaml

pytestmark = pytest.mark.cloud

DIFFERENCES = Path(__file__).resolve().parents[2] / "support/aws/emulator_differences.yaml"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/plinth/training@sha256:{'a' * 64}"
REPOSITORY, NUMBER, SUBJECT = "octo-org/plinth", "456789", "repo:octo-org@123456/plinth@456789"
STORES = ("mlflow", "photos", "records")
ENDS = ("build", "deploy-production", "deploy-staging", "drift", "look", "plan", "retrain")


@dataclass(frozen=True)
class Foundation:
    """What was applied."""

    emulator: Emulator
    root: TerraformRoot
    values: dict[str, Any]
    seconds: float
    trusts: dict[str, dict[str, Any]]
    """The trust policy of each role, as AWS has it."""

    def client(self, service: str) -> Any:
        """Return a client of boto3."""
        return self.emulator.client(service)

    def trust(self, end: str) -> dict[str, Any]:
        """Return a copy of a role's trust policy."""
        return deepcopy(self.trusts[end])

    def policies(self, end: str) -> list[str]:
        """Return the policies of a role, as AWS has them."""
        iam = self.client("iam")
        attached = iam.list_attached_role_policies(RoleName=f"plinth-{end}")["AttachedPolicies"]
        return [_document(iam, each["PolicyArn"]) for each in attached]


def _document(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return json.dumps(found["Document"])


def _values(certificate: str) -> dict[str, Any]:
    return {
        "account_id": ACCOUNT,
        "region": REGION,
        "zones": [f"{REGION}a", f"{REGION}b"],
        "alert_emails": ["ops@plinth.example"],
        "owner": "platform",
        "repository": REPOSITORY,
        "repository_id": NUMBER,
        "subject": SUBJECT,
        "state_bucket": STATES,
        "registry": {
            "domain_name": "mlflow.plinth.example",
            "certificate_arn": certificate,
            "image": IMAGE,
        },
        # The emulator has neither CodeBuild's webhooks nor selections of AWS Backup.
        "runners": "own",
        "copies": False,
        "protected": False,
    }


@pytest.fixture(scope="module")
def foundation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foundation]:
    """The foundation, applied once."""
    folder = tmp_path_factory.mktemp("foundation")
    with running_emulator(folder / "emulator.log") as emulator:
        make_state_bucket(emulator)
        acm = emulator.client("acm")
        asked = acm.request_certificate(DomainName="mlflow.plinth.example")
        root = copied_root(folder, "foundation", emulator)
        root.init(*backend_words("foundation.tfstate"))
        values, start = _values(asked["CertificateArn"]), time.monotonic()
        root.apply(values)
        seconds, iam = time.monotonic() - start, emulator.client("iam")
        roles = {end: iam.get_role(RoleName=f"plinth-{end}")["Role"] for end in ENDS}
        trusts = {end: role["AssumeRolePolicyDocument"] for end, role in roles.items()}
        yield Foundation(emulator, root, values, seconds, trusts)


def claims(end: str, **changes: str) -> dict[str, str]:
    """Return the claims of the token that a role is for."""
    files = {"plan": "plan.yml", "drift": "drift.yml", "retrain": "retrain.yml"}
    environment = end.removeprefix("deploy-")
    ref = "refs/pull/7/merge" if end == "plan" else "refs/heads/main"
    workflow = f"{REPOSITORY}/.github/workflows/{files.get(end, 'deploy.yml')}@{ref}"
    return {
        "aud": "sts.amazonaws.com",
        "sub": f"{SUBJECT}:environment:{environment}",
        "environment": environment,
        "ref": ref,
        "job_workflow_ref": workflow,
        "repository_id": NUMBER,
        **changes,
    }


ON_MAIN = tuple(end for end in ENDS if end != "plan")
PULL = "refs/pull/7/merge"


def test_each_role_is_taken_by_its_own_job_and_by_no_other_roles(foundation):
    taken = {
        (job, end) for job in ENDS for end in ENDS if admits(foundation.trust(end), claims(job))
    }
    assert taken == {(end, end) for end in ENDS}


@pytest.mark.parametrize("end", ENDS)
def test_a_pull_request_that_nobody_reviewed_takes_no_role(foundation, end):
    file = claims(end)["job_workflow_ref"].partition("@")[0]
    token = claims(end, sub=f"{SUBJECT}:pull_request", ref=PULL, job_workflow_ref=f"{file}@{PULL}")
    del token["environment"]
    assert not admits(foundation.trust(end), token)


@pytest.mark.parametrize("end", ON_MAIN)
def test_a_reviewed_pull_request_takes_no_role_but_the_plans(foundation, end):
    file = claims(end)["job_workflow_ref"].partition("@")[0]
    token = claims(end, ref=PULL, job_workflow_ref=f"{file}@{PULL}")
    assert not admits(foundation.trust(end), token)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"repository_id": "999"}, id="a repository that took the name over"),
        pytest.param({"sub": "repo:octo-org/plinth:environment:staging"}, id="an older subject"),
        pytest.param({"sub": f"{SUBJECT}:ref:refs/heads/main"}, id="no environment in the subject"),
        pytest.param({"environment": "sandbox"}, id="another environment"),
        pytest.param({"ref": "refs/heads/feature"}, id="another branch"),
        pytest.param({"ref": "refs/tags/main"}, id="a tag of the branch's name"),
        pytest.param({"aud": "https://github.com/octo-org"}, id="another audience"),
        pytest.param(
            {"job_workflow_ref": f"{REPOSITORY}/.github/workflows/other.yml@refs/heads/main"},
            id="another workflow",
        ),
        pytest.param(
            {"job_workflow_ref": "evil/x/.github/workflows/deploy.yml@refs/heads/main"},
            id="a workflow of another repository",
        ),
        pytest.param(
            {"job_workflow_ref": f"{REPOSITORY}/.github/workflows/deploy.yml@refs/heads/feature"},
            id="a workflow of another branch",
        ),
    ],
)
def test_a_token_that_differs_in_one_claim_is_refused(foundation, end, changes):
    assert not admits(foundation.trust(end), claims(end, **changes))


@pytest.mark.parametrize("missing", sorted(claims("build")))
def test_a_token_that_lacks_a_claim_is_refused(foundation, missing):
    for end in ENDS:
        token = {name: value for name, value in claims(end).items() if name != missing}
        assert not admits(foundation.trust(end), token)


def test_a_condition_that_is_not_understood_is_not_passed_over(foundation):
    policy = foundation.trust("build")
    policy["Statement"][0]["Condition"]["StringNotLike"] = {"x:sub": "y"}
    with pytest.raises(KeyError):
        admits(policy, claims("build"))


def test_an_environments_deploy_names_nothing_of_the_other_environment(foundation):
    assert len(foundation.policies("deploy-staging")) == 5
    assert not any("production" in policy for policy in foundation.policies("deploy-staging"))
    assert not any("staging" in policy for policy in foundation.policies("deploy-production"))


def test_each_job_is_inside_the_boundary_that_leaves_identity_to_the_owner(foundation):
    iam = foundation.client("iam")
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/plinth-jobs"
    for end in ENDS:
        role = iam.get_role(RoleName=f"plinth-{end}")["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    denied = json.loads(_document(iam, boundary))["Statement"][0]
    assert denied["Effect"] == "Deny"
    assert "iam:*OpenIDConnectProvider*" in denied["Action"]


def test_images_stay_and_only_the_build_pushes(foundation):
    ecr = foundation.client("ecr")
    found = ecr.describe_repositories()["repositories"]
    assert {each["repositoryName"] for each in found} >= {
        f"plinth/{service}" for service in ("inference", "training", "delivery")
    }
    for each in found:
        assert each["imageTagMutability"] == "IMMUTABLE"
        assert each["imageScanningConfiguration"] == {"scanOnPush": True}
        assert each["encryptionConfiguration"]["encryptionType"] == "KMS"
        text = ecr.get_repository_policy(repositoryName=each["repositoryName"])["policyText"]
        push, pull, delete = json.loads(text)["Statement"]
        pushers = push["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        assert pushers == [f"arn:aws:iam::{ACCOUNT}:role/plinth-build"]
        assert "ecr:PutImage" in push["Action"]
        pullers = pull["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        assert f"arn:aws:iam::{ACCOUNT}:role/plinth-staging-execution" in pullers
        assert delete["Effect"] == "Deny"


def test_no_bucket_is_public_or_answers_plain_http(foundation):
    s3 = foundation.client("s3")
    for name in (f"plinth-{ACCOUNT}-{store}" for store in (*STORES, "logs")):
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        assert all(block.values())
        assert len(block) == 4
        assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
        statements = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
        tls = next(each for each in statements if each["Sid"] == "TLSOnly")
        assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
        assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert tls["Resource"] == [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]


def test_stores_are_encrypted_logged_and_records_are_locked(foundation):
    s3 = foundation.client("s3")
    for store in STORES:
        name = f"plinth-{ACCOUNT}-{store}"
        rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        logged = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
        assert logged["TargetBucket"] == f"plinth-{ACCOUNT}-logs"
    locked = s3.get_object_lock_configuration(Bucket=f"plinth-{ACCOUNT}-records")
    retention = locked["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Days"]) == ("GOVERNANCE", 365)


def test_the_database_is_inside_the_network_and_its_password_is_rds_own(foundation):
    (found,) = foundation.client("rds").describe_db_instances()["DBInstances"]
    assert not found["PubliclyAccessible"]
    assert found["StorageEncrypted"]
    assert found["MultiAZ"]
    assert found["BackupRetentionPeriod"] == 14
    assert found["MasterUserSecret"]["SecretArn"]
    state = foundation.client("s3").get_object(Bucket=STATES, Key="foundation.tfstate")
    resources = json.loads(state["Body"].read())["resources"]
    held = [
        one["attributes"][name]
        for each in resources
        for one in each["instances"]
        for name in ("password", "password_wo", "secret_string", "secret_binary")
        if name in one["attributes"]
    ]
    assert held
    assert not any(held)


def test_no_security_group_lets_the_world_in(foundation):
    groups = foundation.client("ec2").describe_security_groups()["SecurityGroups"]
    ours = [each for each in groups if each["GroupName"].startswith("plinth-")]
    assert len(ours) >= 6
    for each in ours:
        for rule in each["IpPermissions"]:
            assert "0.0.0.0/0" not in [block["CidrIp"] for block in rule["IpRanges"]]


def test_mlflow_runs_the_image_by_digest_and_is_told_its_password_by_no_plain_variable(foundation):
    ecs = foundation.client("ecs")
    cluster = "plinth-registry"
    (service,) = ecs.describe_services(cluster=cluster, services=["mlflow"])["services"]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"
    found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    (container,) = found["taskDefinition"]["containerDefinitions"]
    assert container["image"] == IMAGE
    assert container["readonlyRootFilesystem"]
    assert {each["name"] for each in container["secrets"]} == {"PGPASSWORD", "PGUSER"}
    assert not any("PASSWORD" in each["name"] for each in container["environment"])
    (balancer,) = foundation.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert balancer["Scheme"] == "internal"


def test_secrets_have_a_place_and_no_value(foundation):
    secrets = foundation.client("secretsmanager")
    for name in ("production/api-keys", "staging/api-keys"):
        assert secrets.describe_secret(SecretId=f"plinth/{name}")["KmsKeyId"]
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            secrets.get_secret_value(SecretId=f"plinth/{name}")


def test_the_folders_are_encrypted_and_mounted_over_tls_by_the_access_point(foundation):
    efs = foundation.client("efs")
    (system,) = efs.describe_file_systems()["FileSystems"]
    assert system["Encrypted"]
    policy = efs.describe_file_system_policy(FileSystemId=system["FileSystemId"])["Policy"]
    allow, deny = json.loads(policy)["Statement"]
    assert "elasticfilesystem:AccessPointArn" in allow["Condition"]["ArnEquals"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_money_is_watched_and_every_key_turns(foundation):
    budgets = foundation.client("budgets")
    told = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="plinth-month")
    kinds = {each["NotificationType"] for each in told["Notifications"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    kms = foundation.client("kms")
    ours = [each for each in kms.list_aliases()["Aliases"] if "alias/plinth-" in each["AliasName"]]
    assert len(ours) >= 5
    for each in ours:
        if each["AliasName"] != "alias/plinth-state":
            assert kms.get_key_rotation_status(KeyId=each["TargetKeyId"])["KeyRotationEnabled"]


def test_a_plan_after_the_apply_finds_what_the_emulator_does_otherwise_and_nothing_else(foundation):
    read = parse_yaml(DIFFERENCES.read_text("utf-8"), str(DIFFERENCES))
    expected = {entry["path"] for entry in read["foundation"]}
    assert foundation.root.differences(foundation.values) == expected


def test_what_somebody_changed_by_hand_is_found(foundation):
    name = "plinth/inference"
    ecr = foundation.client("ecr")
    ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="MUTABLE")
    try:
        path = 'module.image_registry.aws_ecr_repository.this["inference"].image_tag_mutability'
        assert path in foundation.root.differences(foundation.values)
    finally:
        ecr.put_image_tag_mutability(repositoryName=name, imageTagMutability="IMMUTABLE")


def test_at_last_it_is_destroyed_and_nothing_is_left(foundation, capsys):
    start = time.monotonic()
    made = len(foundation.root.run("state", "list").split())
    foundation.root.destroy(foundation.values)
    assert foundation.root.run("state", "list").split() == []
    buckets = foundation.client("s3").list_buckets()["Buckets"]
    assert [each["Name"] for each in buckets] == [STATES]
    assert foundation.client("rds").describe_db_instances()["DBInstances"] == []
    assert foundation.client("ecr").describe_repositories()["repositories"] == []
    assert foundation.client("efs").describe_file_systems()["FileSystems"] == []
    roles = foundation.client("iam").list_roles()["Roles"]
    assert not [each for each in roles if each["RoleName"].startswith("plinth-")]
    with capsys.disabled():
        spent = time.monotonic() - start
        print(  # noqa: T201 - a measurement is what it is for
            f"\nfoundation: {made} in the state; applied in {foundation.seconds:.0f} s, "
            f"destroyed in {spent:.0f} s"
        )
