"""The records that services exchange: frozen, closed, each with one JSON Schema in schemas/."""
