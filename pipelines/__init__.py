"""Seismograph: what companies say and do about social responsibility, from raw bytes to a released index."""
