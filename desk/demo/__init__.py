"""The main job: whole journeys from referral to the first follow-up, with a simulated site."""
