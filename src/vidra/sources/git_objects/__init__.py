"""Reads the objects of Git out of a pack, in a process of its own: pure Python on the standard library alone.

`python -m vidra.sources.git_objects` gets a job and a pack on its standard input and answers on its standard output. It
has no network, no credentials, no files and no environment, and limits of memory and processor time.
"""
