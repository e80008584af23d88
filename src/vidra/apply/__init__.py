"""From objects to a plan (pure: order, desired state, inventory), and the thin hands that carry it out."""
