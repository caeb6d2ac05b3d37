"""EPCIS: taking in what partners report, and giving what journeys and partners say."""
