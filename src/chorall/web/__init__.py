"""The web app: one page for doctors, one for analysts, one for patients and carers."""
