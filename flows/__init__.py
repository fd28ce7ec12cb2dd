"""Everything that knows Prefect, and nothing that knows text."""
