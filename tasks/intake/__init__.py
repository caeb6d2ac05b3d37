"""How referrals come in: one file a format, and one reader that tells them apart."""
