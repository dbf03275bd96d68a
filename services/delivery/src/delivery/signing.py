"""What signs statements here: the keeper where there is one, or else keys that are files."""

from types import MappingProxyType
from typing import Final

from artifacts.keeper import KeeperSigner
from artifacts.records.keeper import KeyName
from artifacts.ssh_keygen import SshSigner
from artifacts.ssh_signatures import Namespace
from artifacts.statements import StatementSigner
from delivery.settings import TargetSettings

_FILES: Final = MappingProxyType(
    {"gate": "gate_key", "delivery": "deploy_key", "reproduction": "reproduction_key"}
)


def make_signer(settings: TargetSettings, key: KeyName, namespace: Namespace) -> StatementSigner:
    """Return what signs with a key in a namespace; SettingsMissing without a keeper and a file."""
    if settings.keeper is not None:
        return KeeperSigner(settings.keeper, key, namespace)
    return SshSigner(settings.needed(_FILES[key]), namespace)
