"""One package per resource kind, with a reconciler each; `runtime` is what both run on."""
