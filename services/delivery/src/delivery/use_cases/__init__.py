"""One file a command: gathers through ports, decides in domain, acts through ports."""
