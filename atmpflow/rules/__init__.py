"""One question a file; each answers with a verdict and cites its source."""
