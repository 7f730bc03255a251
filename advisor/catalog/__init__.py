"""What models, devices, quantisations and prices are: strict readers of resources/catalog."""
