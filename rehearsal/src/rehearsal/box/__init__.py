"""A forge and its runner on this machine: a rehearsal of GitHub, offline."""
