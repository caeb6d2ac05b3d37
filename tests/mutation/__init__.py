"""Are the rules tested to the last operator? Each is changed in every small way, one at a time."""
