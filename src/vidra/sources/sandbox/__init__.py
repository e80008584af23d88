"""Reads what strangers packed, in a process of its own: pure Python on the standard library alone.

`python -m vidra.sources.sandbox` gets a job and a pack or an archive on its standard input and answers on its standard
output. It has no network, no credentials, no files and no environment, and limits of memory and processor time.
"""
