"""The HTTP interface, asked over HTTP."""
