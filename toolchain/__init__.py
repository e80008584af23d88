"""The programs that a control plane consists of, wherever they can be had from."""
