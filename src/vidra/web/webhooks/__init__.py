"""Receives what Infrahub calls when an artifact changed: checks the call before it is read, and answers at once."""

from vidra.web.webhooks.receiver import receiving as receiving
