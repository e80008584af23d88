"""Real parts beside a control plane: what makes pods run, APIs of others, and their controllers."""
