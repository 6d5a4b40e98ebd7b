"""Travel-time sweeps over the network."""
