"""Pictures: nothing that matters is left out, and nothing that is said runs into anything else."""
