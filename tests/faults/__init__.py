"""Faults: killed, stopped, cut off, wiped; every journey ends right and nothing comes twice."""
