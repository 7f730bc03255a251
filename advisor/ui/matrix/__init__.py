"""Which models fit: the table of models by method, its cells, filters and figures."""
