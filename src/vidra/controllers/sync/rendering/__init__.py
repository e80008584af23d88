"""From the units of a source to texts of manifests: charts and kustomizations are rendered, and only when they have to.

Invariant: a text is rendered once for each change of what it is made of: the unit, the values, the declared lookups and
what its destination is capable of. The marker that is stored with the text says of what it was made, so that neither an
interval nor a restart nor another replica renders it again. What cannot be seen now has not changed.
"""
