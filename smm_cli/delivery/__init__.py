"""Deliveries on their way: composing, sending, journaling, reconciling, retrying."""
