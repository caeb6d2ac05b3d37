"""What an inspector is given of the record: which journeys, and every part of them, as tables."""
