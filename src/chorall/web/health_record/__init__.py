"""CDS Hooks and FHIR R4: what a health record says, and cards in return."""
