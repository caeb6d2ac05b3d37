"""The validation pack: what was required, what could go wrong, what was tried, and what came of it.

Made from the repository for one release; `validation/` at its root holds what people write.
"""
