"""Pages of docs/ that are written from the code: pathways, commands, products and errors."""
