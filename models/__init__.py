"""What is recorded: the SQLModel tables and the only code that touches them."""
