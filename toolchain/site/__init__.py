"""The documents as a site: pages that are made from the repository, the build, and what is checked of it."""
