"""Labels of units and bands of patients: what stands on them, how it is laid out, PDF and SVG."""
