"""Charts and overlays → one text of manifests, made by `vidra-render`: a program that reaches nothing.

What goes in and out: `request.py`, `rendered.py`, `errors.py`; who makes one from the other: `protocol.py`.
"""
