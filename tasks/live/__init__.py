"""Readings that loggers send while they travel: taken in by HTTP and MQTT by the same rules."""
