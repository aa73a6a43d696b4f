"""Admission of signing requests: for which signers a user may approve and sign, and what nobody may ask for."""
