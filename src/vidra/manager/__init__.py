"""Wires the process: stores, the watches that fill them, and the controllers."""

from vidra.manager.manager import Manager as Manager
from vidra.manager.options import Options as Options
