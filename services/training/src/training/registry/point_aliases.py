"""Move aliases of the registry, on orders that come one a line."""

from collections.abc import Iterable

from artifacts.records.record import parse_json
from training.registry.aliases import AliasOrder
from training.registry.mlflow_tracking import MlflowTracking


def point_aliases(lines: Iterable[str], registry: MlflowTracking) -> int:
    """Carry out each order, in order, and return how many there were.

    Raises ValidationError or UnreadableRecord at a line that is none, RegistryUnavailable.
    """
    orders = [AliasOrder.model_validate(parse_json(line, "an order")) for line in lines]
    for order in orders:
        registry.point_alias(order.model, order.alias, order.version)
    return len(orders)
