"""Wiring: the stores, the watches that fill them, the controllers that work from them."""

from vidra.operator.operator import Operator as Operator
from vidra.operator.options import Options as Options
