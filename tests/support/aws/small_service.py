"""The least of an environment that Amazon ECS needs to run a service, made with boto3."""

from dataclasses import dataclass
from typing import Any

from support.aws.emulator import ACCOUNT, REGION, Emulator

from artifacts.digests import digest_bytes

URL = "https://staging.plinth.example"


def image_of(text: str) -> str:
    """Return the digest of an image that a test makes up."""
    return digest_bytes(f"image {text}".encode())


def payload_of(text: str) -> str:
    """Return the digest of a payload that a test makes up."""
    return digest_bytes(f"payload {text}".encode())


@dataclass(frozen=True)
class SmallService:
    """A service, its cluster and its target group; releases are named by a letter."""

    emulator: Emulator
    ecs: Any
    cluster: str
    network: dict[str, Any]
    group: str

    def define(self, release: str) -> str:
        """Register the task definition of a release and return its name."""
        registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/plinth/inference"
        variables = {"PLINTH_PAYLOAD": payload_of(release), "PLINTH_ENVIRONMENT": "staging"}
        said = self.ecs.register_task_definition(
            family=f"{self.cluster}-inference",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[
                {
                    "name": "inference",
                    "image": f"{registry}@{image_of(release)}",
                    "portMappings": [{"containerPort": 8080}],
                    "environment": [{"name": n, "value": v} for n, v in variables.items()],
                }
            ],
        )
        return str(said["taskDefinition"]["taskDefinitionArn"])

    def create(self, release: str, tasks: int = 2) -> None:
        """Create the service."""
        self.ecs.create_service(
            cluster=self.cluster,
            serviceName="inference",
            taskDefinition=self.define(release),
            desiredCount=tasks,
            launchType="FARGATE",
            networkConfiguration=self.network,
            loadBalancers=[
                {"targetGroupArn": self.group, "containerName": "inference", "containerPort": 8080}
            ],
            tags=[{"key": "plinth:url", "value": URL}],
        )

    def update(self, release: str) -> None:
        """Let the service run another release, as an apply does."""
        wanted = self.define(release)
        self.ecs.update_service(cluster=self.cluster, service="inference", taskDefinition=wanted)

    def told(self) -> Any:
        """Return what AWS says of the service."""
        said = self.ecs.describe_services(cluster=self.cluster, services=["inference"])
        return said["services"][0]


def make_small_service(emulator: Emulator, environment: str = "staging") -> SmallService:
    """Make a network, a cluster and a target group; the service itself isn't there yet."""
    ec2, ecs, elb = (emulator.client(name) for name in ("ec2", "ecs", "elbv2"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]
    target_group = elb.create_target_group(
        Name=f"plinth-{environment}",
        Protocol="HTTP",
        Port=8080,
        VpcId=vpc,
        TargetType="ip",
        HealthCheckPath="/readyz",
    )["TargetGroups"][0]["TargetGroupArn"]
    ecs.create_cluster(clusterName=f"plinth-{environment}")
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}
    return SmallService(emulator, ecs, f"plinth-{environment}", network, target_group)
