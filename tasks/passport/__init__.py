"""Passports: the whole record of one journey in one signed file, made here and checked anywhere."""
