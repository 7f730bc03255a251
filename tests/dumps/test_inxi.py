"""inxi of several years: wrapped at any width, coloured, with and without root; machine, processor, memory, disks."""

import pytest

from advisor.errors import UserError
from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30
NEW = """\
System:
  Host: SECRET Kernel: 6.14.0-37-generic arch: x86_64 bits: 64 compiler: gcc v: 13.3.0 clocksource: tsc
  Desktop: Cinnamon v: 6.4.8 tk: GTK v: 3.24.41 wm: Muffin v: 6.4.1 vt: 7 dm: LightDM v: 1.30.0
    Distro: Linux Mint 22.2 Zara base: Ubuntu 24.04 noble
Machine:
  Type: Desktop Mobo: ASUSTeK model: TUF GAMING X570-PLUS (WI-FI) v: Rev X.0x
    serial: <superuser required> part-nu: SKU uuid: <superuser required> UEFI: American Megatrends
    v: 3001 date: 12/04/2020
CPU:
  Info: 8-core model: AMD Ryzen 7 3800X bits: 64 type: MT MCP smt: enabled arch: Zen 2 rev: 0
    cache: L1: 512 KiB L2: 4 MiB L3: 32 MiB
  Speed (MHz): avg: 3199 high: 4043 min/max: 550/4559 boost: enabled cores: 1: 2224 2: 3593
    3: 2224 4: 2224 5: 4039 6: 4043 7: 3590 8: 3593 9: 2224 10: 3385 11: 2224 12: 2224 13: 4042
    14: 4042 15: 3882 16: 3639 bogomips: 124565
  Flags: avx avx2 ht lm nx pae sse sse2 sse3 sse4_1 sse4_2 sse4a ssse3 svm
Graphics:
  Device-1: NVIDIA TU104 [GeForce RTX 2070 SUPER] vendor: Micro-Star MSI driver: nvidia
    v: 580.95.05 arch: Turing pcie: speed: 2.5 GT/s lanes: 16 ports: active: none off: DP-3
    empty: DP-1,DP-2,HDMI-A-1 bus-ID: 0a:00.0 chip-ID: 10de:1e84 class-ID: 0300
  Device-2: Microdia Integrated_Webcam_HD type: USB driver: uvcvideo bus-ID: 3-5:4 chip-ID: 0c45:6a10
  Display: x11 server: X.Org v: 21.1.11 with: Xwayland v: 23.2.6 driver: X: loaded: nvidia
    gpu: nv_platform,nvidia,nvidia-nvswitch display-ID: :0 screens: 1
Drives:
  Local Storage: total: 5.71 TiB used: 187.98 GiB (3.2%)
  ID-1: /dev/nvme0n1 vendor: Western Digital model: WDS100T2B0C-00PXH0 size: 931.51 GiB
    speed: 31.6 Gb/s lanes: 4 tech: SSD serial: <filter> fw-rev: 211070WD temp: 28.9 C scheme: GPT
  ID-3: /dev/sda vendor: Western Digital model: WD40PURX-69AKYY0 size: 3.64 TiB speed: 6.0 Gb/s
    tech: HDD rpm: 5400 serial: <filter> fw-rev: 0B80 scheme: GPT
  ID-4: /dev/sdb model: Great Wall GW560 1TB size: 953.87 GiB speed: 6.0 Gb/s tech: SSD
    serial: <filter> fw-rev: 18B7 scheme: GPT
Partition:
  ID-1: / size: 937.33 GiB used: 187.94 GiB (20.1%) fs: ext4 dev: /dev/sdb2
  ID-2: /boot/efi size: 96 MiB used: 37.1 MiB (38.6%) fs: vfat dev: /dev/nvme0n1p1
USB:
  Device-2: 3-6:3 info: ASUSTek AURA LED Controller type: HID driver: hid-generic,usbhid
    chip-ID: 0b05:18f3 class-ID: 0300
Info:
  Memory: total: 64 GiB note: est. available: 62.71 GiB used: 8.54 GiB (13.6%)
  Processes: 451 Power: uptime: 7h 48m states: freeze,mem,disk suspend: deep wakeups: 0
  Compilers: gcc: 13.3.0 Client: Cinnamon v: 6.4.8 inxi: 3.3.34
"""
MIDDLE = """\
System:    Kernel: 5.4.0-70-generic x86_64 bits: 64 compiler: gcc v: 9.3.0 Desktop: Xfce 4.14.2
           tk: Gtk 3.24.13 wm: xfwm4 dm: LightDM Distro: Linux Mint 20.1 Ulyssa
           base: Ubuntu 20.04 focal
Machine:   Type: Laptop System: LENOVO product: 20156 v: Lenovo G480
           serial: <filter> Chassis: LENOVO type: 10 serial: <filter>
           Mobo: LENOVO model: Product Name v: 3193 serial: <filter> BIOS: LENOVO v: 62CN97WW
           date: 08/31/2012
Battery:   ID-1: BAT0 charge: 38.4 Wh (95.8%) condition: 40.1/47.5 Wh (84%) volts: 12.1/10.8
           model: Hewlett-Packard Primary serial: <filter> status: Discharging
CPU:       Topology: Dual Core model: Intel Core i5-3210M bits: 64 type: MT MCP arch: Ivy Bridge rev: 9
           L2 cache: 3072 KiB
           flags: avx lm nx pae sse sse2 sse3 sse4_1 sse4_2 ssse3 vmx bogomips: 19953
           Speed: 1197 MHz min/max: 1200/3100 MHz Core speeds (MHz): 1: 1197 2: 1197 3: 1198 4: 1197
Graphics:  Device-1: Intel 3rd Gen Core processor Graphics vendor: Lenovo
           driver: i915 v: kernel bus ID: 00:02.0 chip ID: 8086:0166
           Device-2: NVIDIA vendor: Lenovo driver: nouveau v: kernel bus ID: 01:00.0
           chip ID: 10de:1058
           Display: x11 server: X.Org 1.20.9 driver: modesetting unloaded: fbdev,vesa
Drives:    Local Storage: total: 931.51 GiB used: 125.70 GiB (18.2%)
           ID-1: /dev/sda vendor: Seagate model: ST1000LM035-1RK172 size: 931.51 GiB
           ID-2: /dev/sdb type: USB vendor: Verbatim model: STORE N GO size: 14.84 GiB
Partition: ID-1: / size: 29.40 GiB used: 8.27 GiB (28.1%) fs: ext4 dev: /dev/sda3
           ID-2: swap-1 size: 6.00 GiB used: 0 KiB (0.0%) fs: swap dev: /dev/sda5
Info:      Processes: 202 Uptime: 14m Memory: 3.70 GiB used: 1.48 GiB (40.1%) Init: systemd runlevel: 5
           Shell: bash v: 4.4.20 inxi: 3.0.32
"""
OLD = """\
@System:    Host: lilly Kernel: 3.11.0-18-generic x86_64 (64 bit, gcc: 4.8.1)
@@   Desktop: KDE 4.11.5 (Qt 4.8.4) info: plasma-desktop dm: lightdm Distro: Ubuntu 13.10
@Machine:   Mobo: ASUSTeK model: M5A78L-M/USB3 version: Rev X.0x Bios: American Megatrends version: 0801
@CPU:       Quad core AMD FX-4100 (-MCP-) cache: 8192 KB flags: (lm nx sse sse2 sse3 sse4_1) bmips: 28930.3
@@   Clock Speeds: 1: 3600.00 MHz 2: 3600.00 MHz 3: 3600.00 MHz 4: 3600.00 MHz
@Graphics:  Card: NVIDIA G98 [GeForce 9300 GS] bus-ID: 01:00.0 chip-ID: 10de:06e1
@@   X.Org: 1.14.5 driver: nvidia Resolution: 1440x900, 1440x900
@Drives:    HDD Total Size: 500.1GB (36.1% used)
@@   1: id: /dev/sda model: WDC_WD5000AADS size: 500.1GB serial: SECRET
@Info:      Processes: 148 Uptime: 51 min Memory: 981.8/8114.1MB Init: Upstart runlevel: 2
""".replace("@", "\t")


def test_a_desktop_of_today() -> None:
    machine = machine_of(NEW)
    assert programs_of(NEW) == ["inxi"]
    assert (machine.manufacturer, machine.model, machine.chassis) == (
        "ASUSTeK",
        "TUF GAMING X570-PLUS (WI-FI)",
        "desktop",
    )
    assert (machine.os_name, machine.os_version, machine.os_family) == (
        "Linux Mint 22.2 Zara", "6.14.0-37-generic", "linux"
    )  # fmt: skip
    cpu = machine.cpu
    assert (cpu.name, cpu.sockets, cpu.cores, cpu.threads, cpu.max_mhz) == ("AMD Ryzen 7 3800X", 1, 8, 16, 4559)
    assert (cpu.l2_bytes, cpu.l3_bytes) == (4 << 20, 32 << 20)
    assert cpu.features is None  # a choice of flags is no list
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.pci_id, gpu.bus_address, gpu.driver) == (
        "GeForce RTX 2070 SUPER", "10de:1e84", "0000:0a:00.0", "nvidia 580.95.05"
    )  # fmt: skip
    assert (machine.memory.total_bytes, machine.memory.installed_bytes) == (round(62.71 * GIB), None)
    assert [(d.mount, d.name, d.kind) for d in machine.disks] == [
        ("/", "Great Wall GW560 1TB", "ssd"),
        (None, "Western Digital WDS100T2B0C-00PXH0", "nvme"),
        (None, "Western Digital WD40PURX-69AKYY0", "hdd"),
    ]
    assert machine.disks[0].free_bytes == round(937.33 * GIB) - round(187.94 * GIB)
    assert "SECRET" not in repr(machine)


def test_a_laptop_of_2021_by_the_lenovo_rule() -> None:
    machine = machine_of(MIDDLE)
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert (machine.cpu.name, machine.cpu.cores, machine.cpu.threads) == ("Intel Core i5-3210M", 2, 4)
    assert (machine.cpu.architecture, machine.cpu.max_mhz) == ("x86_64", 3100)
    assert machine.memory.total_bytes == round(3.7 * GIB)
    assert [(g.vendor, g.name, g.pci_id, g.kind) for g in machine.gpus] == [
        ("Intel", "3rd Gen Core processor Graphics", "8086:0166", "integrated"),
        ("NVIDIA", None, "10de:1058", "discrete"),
    ]
    assert (machine.battery.present, machine.battery.percent, machine.battery.plugged) == (True, 95.8, False)
    assert [(d.mount, d.name, d.kind) for d in machine.disks] == [
        ("/", "Seagate ST1000LM035-1RK172", "hdd"), (None, "Verbatim STORE N GO", "usb")
    ]  # fmt: skip


def test_an_indented_paste_of_2014() -> None:
    machine = machine_of(OLD)
    assert (machine.model, machine.os_name) == ("M5A78L-M/USB3", "Ubuntu 13.10")
    assert (machine.cpu.name, machine.cpu.cores, machine.cpu.threads) == ("AMD FX-4100", 4, 4)
    assert (machine.gpus[0].name, machine.gpus[0].pci_id) == ("GeForce 9300 GS", "10de:06e1")
    assert machine.memory.total_bytes == round(8114.1 * (1 << 20))


@pytest.mark.parametrize("width", [60, 80, 110, 1000])
def test_any_width_tells_the_same(width: int) -> None:
    """Lines broken anywhere between words, with the indentation of each form.""".replace("@", "\t")
    lines = []
    for line in MIDDLE.splitlines():
        head, body = (line[:11], line[11:].split()) if line[0] != " " else (" " * 11, line[11:].split())
        current = head
        for word in body:
            if len(current) + len(word) > width and current.strip():
                lines.append(current)
                current = " " * 11
            current += word + " "
        lines.append(current)
    assert machine_of("\n".join(lines)) == machine_of(MIDDLE)


def test_colours_of_terminals_and_of_irc_tell_nothing() -> None:
    coloured = NEW.replace("System:", "\x1b[1;34mSystem:\x1b[0m").replace("CPU:", "\x1b[1;34mCPU:\x1b[0m")
    assert machine_of(coloured) == machine_of(NEW)
    irc = MIDDLE.replace("System:", "\x0312System:\x03").replace("Kernel:", "\x0312Kernel:\x03")
    assert machine_of(irc) == machine_of(MIDDLE)


def test_modules_as_root_sees_them() -> None:
    text = """\
Memory:
  System RAM: total: 32 GiB available: 31.25 GiB used: 11.76 GiB (37.6%)
  Array-1: capacity: 128 GiB slots: 4 modules: 2 EC: None max-module-size: 32 GiB note: est.
  Device-1: Channel-A DIMM 0 type: no module installed
  Device-2: Channel-A DIMM 1 type: DDR4 detail: synchronous size: 16 GiB speed: spec: 3200 MT/s
    actual: 2933 MT/s volts: 1 note: check manufacturer: G.Skill part-no: F4-3600C16-8GTZNC serial: SECRET
  Device-4: Channel-B DIMM 1 type: DDR4 size: 16 GiB speed: 2933 MT/s
CPU:
  Info: 2x 6-core model: Intel Xeon X5650
"""
    machine = machine_of(text)
    memory = machine.memory
    assert (memory.installed_bytes, memory.total_bytes) == (32 * GIB, round(31.25 * GIB))
    assert (memory.kind, memory.speed_mts, memory.channels) == ("DDR4", 2933, 2)
    assert (memory.modules[0].rated_mts, memory.modules[0].maker) == (3200, "G.Skill")
    assert (machine.cpu.sockets, machine.cpu.cores) == (2, 12)
    assert "SECRET" not in repr(machine)


def test_a_virtual_machine() -> None:
    text = "Machine:   Type: Kvm System: QEMU product: Standard PC (i440FX + PIIX, 1996) v: pc-i440fx-6.2\n"
    text += "CPU:       Info: 4x single core model: Common KVM bits: 64 type: SMP\n"
    machine = machine_of(text)
    assert (machine.environment, machine.cpu.sockets, machine.cpu.cores) == (("vm",), 4, 4)


@pytest.mark.parametrize("text", ["System:\n  x\nGraphics:\n  y\n", "CPU: fast\nMemory: a lot\n", "Graphics: none\n"])
def test_other_texts_with_such_headings_are_not_inxis(text: str) -> None:
    with pytest.raises(UserError, match="not recognised"):
        programs_of(text)


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        ("(95.8%)", "(.95.8%)"),
        ("1200/3100", "1200/:"),
        ("Dual Core", "9" * 5000 + "-core"),
        ("3.70 GiB", "9" * 400 + " GiB"),
    ],
)
def test_numbers_that_are_none_are_passed_over(whole: str, broken: str) -> None:
    assert whole in MIDDLE
    assert machine_of(MIDDLE.replace(whole, broken)).model == "Lenovo G480"


def test_mount_points_name_no_user() -> None:
    home = MIDDLE.replace("ID-1: / size", "ID-1: /media/SECRET/Data size")
    assert machine_of(home).disks[0].mount == "/media/.../Data"
