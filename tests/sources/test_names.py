"""Names: the Lenovo rule, placeholders, boards instead of computers, virtual machines."""

import pytest

from advisor.sources.names import Identity, describe, is_virtual, usable


@pytest.mark.parametrize(
    "text",
    ["To be filled by O.E.M.", "To Be Filled By O.E.M.", "System Product Name", "Default string", "Not Specified",
     "None", "OEM", "x.x", "XXXX", "0123456789", "0000000", "........", "  ", "", None, "Not Applicable", "INVALID",
     "All Series", "[Empty]", "Manufacturer00", "N/A", "123456789"],
)  # fmt: skip
def test_placeholders_are_no_names(text: str | None) -> None:
    """What makers leave in the firmware is not shown as a name."""
    assert not usable(text)


@pytest.mark.parametrize(
    "text", ["20156", "Lenovo G480", "XPS 13 9310", "MacBookAir6,2", "NUC5i5RYB", "OptiPlex 790", "K53SD"]
)
def test_real_names_are_names(text: str) -> None:
    """Short and odd names of real computers are kept."""
    assert usable(text)


def test_lenovo_writes_the_name_into_the_version() -> None:
    """ProductName is the machine type there."""
    machine = describe(Identity("LENOVO", "20156", "Lenovo G480", "LENOVO", "Lenovo G480", 10), "SMBIOS")
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert machine.origin("model").kind == "reported"


def test_a_lenovo_without_a_version_keeps_its_type() -> None:
    """Placeholders in the version do not hide the type."""
    assert describe(Identity("LENOVO", "20156", "To be filled by O.E.M."), "SMBIOS").model == "20156"
    assert describe(Identity("LENOVO", "20156", "123456789"), "SMBIOS").model == "20156"


def test_a_self_built_computer_is_called_by_its_board() -> None:
    """Placeholders give way to the main board's name, and the origin says so."""
    names = Identity(
        "System manufacturer", "System Product Name", "System Version", "ASUSTeK COMPUTER INC.", "P8P67", 3
    )
    machine = describe(names, "SMBIOS")
    assert (machine.manufacturer, machine.model, machine.chassis) == ("ASUSTeK COMPUTER INC.", "P8P67", "desktop")
    assert "main board" in machine.origin("model").detail


def test_nothing_but_placeholders_is_unknown_with_a_reason() -> None:
    """No name is invented."""
    machine = describe(Identity("OEM", "Default string", "x.x", None, "None", 2), "SMBIOS")
    assert (machine.manufacturer, machine.model, machine.chassis) == (None, None, None)
    assert {machine.origin(n).kind for n in ("manufacturer", "model", "chassis")} == {"unknown"}


@pytest.mark.parametrize(
    ("maker", "product", "virtual"),
    [("VMware, Inc.", "VMware Virtual Platform", True), ("innotek GmbH", "VirtualBox", True),
     ("QEMU", "Standard PC (Q35)", True),
     ("Microsoft Corporation", "Virtual Machine", True), ("Microsoft Corporation", "Surface Go 2", False),
     ("LENOVO", "20156", False), ("Google", "Google Compute Engine", True), ("Dell Inc.", "PowerEdge R720", False)],
)  # fmt: skip
def test_virtual_machines_by_name(maker: str, product: str, virtual: bool) -> None:
    """A Surface is no virtual machine although Microsoft made both."""
    assert is_virtual(Identity(maker, product)) is virtual
