"""When things happen: one Prefect flow a stage, and the scheduled ones."""
