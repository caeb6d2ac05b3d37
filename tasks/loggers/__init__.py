"""Files of temperature loggers: each format read into the same readings, in UTC and Celsius."""
