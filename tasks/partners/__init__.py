"""Who the engine asks: couriers, panels and manufacturers, real or simulated, behind one face."""
