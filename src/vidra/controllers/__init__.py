"""One package per resource kind: observe, decide, act, report; and the queue that drives them."""
