"""The only place that constructs adapters: a module a group of commands, loaded with it alone."""
