"""What is said over the keeper's socket: one request, one answer, each a line of JSON."""

from typing import Literal

from pydantic import ConfigDict, Field

from artifacts.records.audit import AuditEntry
from artifacts.records.record import Part
from artifacts.ssh_signatures import Namespace

KeyName = Literal["gate", "delivery", "reproduction"]
Outcome = Literal["done", "refused", "malformed", "broken", "unavailable", "failed"]


class KeeperRequest(Part):
    """What is asked: to sign `size` bytes, to append an event of `size` bytes, or what is held."""

    model_config = ConfigDict(strict=True)

    version: Literal[1] = 1
    request: Literal["sign", "append", "about"]
    key: KeyName | None = None
    namespace: Namespace | None = None
    size: int = Field(default=0, ge=0)


class KeeperAbout(Part):
    """What a keeper holds: its user, each key's file and namespaces, and the log's two files."""

    uid: int
    keys: dict[KeyName, str]
    namespaces: dict[KeyName, tuple[Namespace, ...]]
    log: str
    head: str


class KeeperAnswer(Part):
    """How a request ended; where it was not done, why not, and for a log its line (`place`)."""

    outcome: Outcome
    reason: str = ""
    place: str = ""
    signature: str | None = None
    entry: AuditEntry | None = None
    about: KeeperAbout | None = None
