"""For patients and carers: the general part, the summary a doctor shares, and the texts."""
