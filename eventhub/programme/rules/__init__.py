"""Pure rules of the programme: days, cloth, publication."""
