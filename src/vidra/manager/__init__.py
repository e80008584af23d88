"""Wiring: the stores, the watches that fill them, the controllers that work from them."""

from vidra.manager.manager import Manager as Manager
from vidra.manager.options import Options as Options
