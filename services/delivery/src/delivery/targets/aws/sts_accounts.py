"""Asks AWS who we are."""

from dataclasses import dataclass

from delivery.targets.aws.aws_clients import Clients, translated
from delivery.targets.aws.identity import Caller


@dataclass(frozen=True)
class StsAccounts:
    """AWS Security Token Service. It answers whoever it knows: no permission is needed."""

    clients: Clients

    def caller(self) -> Caller:
        """Return who we are; CloudFailed."""
        client = self.clients("sts")
        with translated("ask AWS who we are"):
            said = client.get_caller_identity()
        region = str(client.meta.region_name)
        return Caller(account=said["Account"], arn=said["Arn"], region=region)
