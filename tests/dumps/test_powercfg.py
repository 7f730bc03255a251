"""powercfg's battery report: a battery is there or not."""

import pytest

from tests.dumps.as_machine import machine_of

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<BatteryReport xmlns="http://schemas.microsoft.com/battery/2012">
  <SystemInformation>
    <ComputerName>PRIVATE</ComputerName>
    <SystemManufacturer>Dell Inc.</SystemManufacturer>
    <SystemProductName>XPS 13 9350</SystemProductName>
    <PlatformRole>Mobile</PlatformRole>
  </SystemInformation>
  <Batteries>{batteries}</Batteries>
</BatteryReport>
"""


@pytest.mark.parametrize(
    ("batteries", "present"), [("<Battery><SerialNumber>PRIVATE</SerialNumber></Battery>", True), ("", False)]
)
def test_battery(batteries: str, present: bool) -> None:
    """One battery, or none in a computer without."""
    machine = machine_of(REPORT.replace("{batteries}", batteries))
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Dell Inc.", "XPS 13 9350", "laptop")
    assert machine.battery.present is present
    assert "PRIVATE" not in repr(machine)
