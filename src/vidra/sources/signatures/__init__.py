"""Signatures of what sources give: whose keys count, and whether one of them signed these very bytes.

Invariant: verified is only what a key that is named here signed, over the bytes that are used. Nothing in a signature
says which key to trust, and what cannot be read, is not known or is not supported is not verified.
"""
