"""EPCIS 2.0: what supply chains say of objects, read, checked, hashed and written (pure)."""
