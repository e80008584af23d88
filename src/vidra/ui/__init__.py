"""Vidra's web page: what `vidra.views` knows, with the rights of who looks."""
