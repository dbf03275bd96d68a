"""The ports, on files, clocks, counters and streams."""
