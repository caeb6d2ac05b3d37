"""What is true: the rules of delivering an advanced therapy, as pure functions."""
