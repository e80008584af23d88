"""``python -m demo [--once]``: see Vidra work against a real control plane, without a cluster."""

import signal
import sys


def main() -> int:
    """Show the demo; Ctrl-C ends it at any moment without a complaint."""
    try:
        from demo.arguments import once  # noqa: PLC0415 - Ctrl-C may come while this is imported
        from demo.show import show  # noqa: PLC0415 - the same

        return show(once=once())
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left is the interpreter's own end


if __name__ == "__main__":
    sys.exit(main())
