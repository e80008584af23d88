"""Whoever listens hears what happens from then on."""

from vidra.kube.signal import Signal


def test_everyone_who_listens_is_called_in_order() -> None:
    heard: list[tuple[str, int]] = []
    signal: Signal[int] = Signal()
    signal.notify(0)
    signal.listen(lambda number: heard.append(("first", number)))
    signal.listen(lambda number: heard.append(("second", number)))
    signal.notify(1)
    assert heard == [("first", 1), ("second", 1)]
