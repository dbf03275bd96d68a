"""The formats that are read, one file each, and the files that are recognised and refused."""
