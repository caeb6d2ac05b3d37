"""The catalogue: one TOML file a product, found by listing this folder."""
