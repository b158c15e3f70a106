"""The JSON API: models, predictions and answers of the pool."""
