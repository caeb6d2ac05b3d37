"""Who asks: turns a person's or a system's words into commands and shows the answers."""
