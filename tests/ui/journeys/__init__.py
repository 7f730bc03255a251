"""The journeys of the product, each as a user goes it: by mouse, and by keys alone."""
