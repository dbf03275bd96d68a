"""The processes of a room's command, as the machine numbers them."""

from pathlib import Path


def processes_inside(pid: int) -> tuple[int, ...]:
    """Return the processes that `pid` started, and those that they started, outermost first.

    Bubblewrap's own two come first (its monitor is `pid`); a signal to them reaches no command.
    """
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended meanwhile
        parent = int(text.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(stat.parent.name))
    found: list[int] = []
    pending = [pid]
    while pending:
        below = sorted(children.get(pending.pop(0), []))
        found += below
        pending += below
    return tuple(found)
