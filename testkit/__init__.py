"""What tests and the demo share: a local control plane, a stand-in Infrahub."""
