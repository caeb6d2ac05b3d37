"""Long papers as PDF: passports, inspection packs, validation packs."""
