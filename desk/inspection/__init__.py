"""The inspection pack: one archive for programs and spreadsheets, and one paper made from it."""
