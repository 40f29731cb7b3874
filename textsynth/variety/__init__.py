"""How varied texts are, in figures that compare between sets of different sizes."""
