"""What lesson 14 shows of a network besides its losses."""
