"""Tests of which machine is shown."""
