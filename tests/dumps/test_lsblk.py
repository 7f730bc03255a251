"""lsblk: disks and what is mounted of them, from its tree, its pairs and its JSON."""

import json

import pytest

from advisor.dumps import lsblk
from advisor.dumps.document import Document
from advisor.machine import Machine

GIB = 1 << 30


def read(text: str) -> list[tuple[str | None, str | None, str | None, int | None, int | None]]:
    """(name, mount, kind, GiB, GiB free) of every disk."""
    document = Document("lsblk.txt", text)
    assert lsblk.recognise(document)
    sizes = [(d.total_bytes, d.free_bytes) for d in lsblk.read(document).disks]
    rounded = [tuple(None if size is None else round(size / GIB) for size in pair) for pair in sizes]
    disks = lsblk.read(document).disks
    return [(d.name, d.mount, d.kind, pair[0], pair[1]) for d, pair in zip(disks, rounded, strict=True)]


TREE = """\
$ lsblk
NAME                MAJ:MIN RM   SIZE RO TYPE  MOUNTPOINTS
loop0                 7:0    0    55M  1 loop  /snap/core18/1880
sda                   8:0    0   1.8T  0 disk
├─sda1                8:1    0   1.8T  0 part  /mnt/old data
└─sda2                8:2    0     1G  0 part  [SWAP]
sdb                   8:16   1  14.9G  0 disk
└─sdb1                8:17   1  14.9G  0 part  /media/anna/STICK
sr0                  11:0    1  1024M  0 rom
zram0               253:0    0     8G  0 disk  [SWAP]
nvme0n1             259:0    0 931,5G  0 disk
├─nvme0n1p1         259:1    0   512M  0 part  /boot/efi
└─nvme0n1p2         259:2    0   931G  0 part
  └─luks-1          254:0    0   931G  0 crypt
    ├─vg-root       254:1    0   100G  0 lvm   /
    └─vg-home       254:2    0   800G  0 lvm   /var/home
                                               /home

$ next command
"""


def test_the_tree() -> None:
    """Volumes of a disk through encryption and LVM; nothing that is no disk, nothing that only starts the system."""
    assert read(TREE) == [
        ("nvme0n1", "/", "nvme", 100, None),
        ("sda", "/mnt/old data", None, 1843, None),
        ("sdb", "/media/.../STICK", None, 15, None),
        ("nvme0n1", "/home", "nvme", 800, None),
    ]


def test_a_terminal_without_line_characters() -> None:
    """`lsblk -i`."""
    text = TREE.replace("├", "|").replace("└", "`").replace("─", "-")
    assert read(text) == read(TREE)


def test_columns_asked_for() -> None:
    """Models with blanks, empty cells, kinds by rotation and transport; a disk with nothing mounted is still there."""
    text = """\
NAME   MODEL              ROTA TRAN     SIZE TYPE MOUNTPOINT
sda    WDC WD10EZEX-08W      1 sata   931.5G disk
sdb    Samsung SSD 860       0 sata   465.8G disk
└─sdb1                       0        465.7G part /
sdc    Elements 25A2         1 usb      1.8T disk
vda                          1 virtio    20G disk
"""
    assert read(text) == [
        ("Samsung SSD 860", "/", "ssd", 466, None),
        ("WDC WD10EZEX-08W", None, "hdd", 932, None),
        ("Elements 25A2", None, "usb", 1843, None),
        ("vda", None, "virtual", 20, None),
    ]


def test_pairs() -> None:
    """`lsblk -P -b`, in the order of its tree."""
    text = (
        'NAME="nvme0n1" MAJ:MIN="259:0" RM="0" SIZE="512110190592" RO="0" TYPE="disk" MOUNTPOINT=""\n'
        'NAME="nvme0n1p1" MAJ:MIN="259:1" RM="0" SIZE="511000000000" RO="0" TYPE="part" MOUNTPOINT="/"\n'
    )
    assert read(text) == [("nvme0n1", "/", "nvme", 476, None)]


def test_json_of_all_columns() -> None:
    """`lsblk -J -O`: free space of volumes; numbers as strings in old versions, RAID below each of its disks."""
    raid = {"name": "md0", "type": "raid1", "size": "931G", "mountpoints": ["/data", None], "fssize": "916G",
            "fsavail": "400G", "serial": "S3CR3T"}  # fmt: skip
    disks = [
        {"name": "sda", "type": "disk", "size": "931.5G", "rota": "1", "model": "ST1000DM010", "children": [raid]},
        {"name": "sdb", "type": "disk", "size": 1000204886016, "rota": True, "model": None, "children": [raid]},
        {"name": "sdc", "type": "disk", "size": 240057409536, "rota": False, "serial": "S3CR3T"},
    ]
    text = json.dumps({"blockdevices": disks})
    assert read(text) == [
        ("ST1000DM010", "/data", "hdd", 916, 400),
        ("sdb", None, "hdd", 932, None),
        ("sdc", None, "ssd", 224, None),
    ]
    assert "S3CR3T" not in repr(lsblk.read(Document("x", text)))


@pytest.mark.parametrize(
    "text", ["", "NAME\n", "NAME  SIZE\n", "Name  Size\nsda  1G\n", '{"blockdevices": 1}', '{"blockdevices": [1, []]}',
             '[{"name": "sda"}]', 'NAME="x"\n'],
)  # fmt: skip
def test_others_are_not_taken(text: str) -> None:
    """No rows, another shape."""
    document = Document("x", text)
    assert not lsblk.recognise(document)
    assert lsblk.read(document) == Machine()


def test_names_alone_tell_nothing() -> None:
    """A list without kinds or sizes makes no disks."""
    assert read('NAME="/dev/sda" FSTYPE="" LABEL=""\nNAME="/dev/sda1" FSTYPE="ext3" LABEL="/boot"\n') == []
