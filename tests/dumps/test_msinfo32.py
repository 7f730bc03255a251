"""msinfo32's report in several languages, as text and as .nfo: the same computer comes out of each."""

import pytest

from advisor.catalog.complete import complete
from advisor.machine import Machine
from tests.dumps.as_machine import machine_of

GIB = 1 << 30
DEVICE = r"PCI\VEN_8086&DEV_0166&SUBSYS_397717AA&REV_09\3&11583659&0&10"
CARD = r"PCI\VEN_10DE&DEV_1058&SUBSYS_397717AA&REV_A1\4&2F503515&0&0008"
CPU = "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"

ENGLISH = f"""System Information report written at: 11/22/26 05:55:41
System Name: PRIVATE-NAME
[System Summary]

Item\tValue\t
OS Name\tMicrosoft Windows 10 Pro\t
Version\t10.0.19043 Build 19043\t
Other OS Description \tNot Available\t
OS Manufacturer\tMicrosoft Corporation\t
System Name\tPRIVATE-NAME\t
System Manufacturer\tLENOVO\t
System Model\t20156\t
System Type\tx64-based PC\t
System SKU\tLENOVO_MT_20156_BU_idea_FM_Lenovo G480\t
Processor\t{CPU}, 2501 Mhz, 2 Core(s), 4 Logical Processor(s)\t
BIOS Version/Date\tLENOVO 5ECN96WW(V9.01), 3/4/2014\t
BaseBoard Manufacturer\tLENOVO\t
BaseBoard Product\tProduct Name\t
Platform Role\tMobile\t
User Name\tPRIVATE-NAME\\someone\t
Installed Physical Memory (RAM)\t12.0 GB\t
Total Physical Memory\t11.7 GB\t
Available Physical Memory\t7.93 GB\t
Total Virtual Memory\t13.6 GB\t

[Components]

[Display]

Item\tValue\t
Name\tIntel(R) HD Graphics 4000\t
PNP Device ID\t{DEVICE}\t
Adapter Type\tIntel(R) HD Graphics Family, Intel Corporation compatible\t
Adapter Description\tIntel(R) HD Graphics 4000\t
Adapter RAM\t(2,084,569,088) bytes\t
Installed Drivers\tigdumdim64.dll,igd10iumd64.dll\t
Driver Version\t10.18.10.4885\t
Resolution\t1366 x 768 x 60 hertz\t
\t\t
Name\tNVIDIA GeForce 610M\t
PNP Device ID\t{CARD}\t
Adapter Type\tGeForce 610M, NVIDIA compatible\t
Adapter Description\tNVIDIA GeForce 610M\t
Adapter RAM\t1.00 GB (1,073,741,824 bytes)\t
Driver Version\t23.21.13.9135\t
\t\t
Name\tMicrosoft Remote Display Adapter\t
PNP Device ID\tSWD\\REMOTEDISPLAYENUM\\RDPIDD_INDIRECTDISPLAY&SESSIONID_0001\t
Adapter RAM\tNot Available\t
Resolution\t1920 x 1080 x 32 hertz\t

[Drives]

Item\tValue\t
Drive\tC:\t
Description\tLocal Fixed Disk\t
File System\tNTFS\t
Size\t465.21 GB (499,509,096,448 bytes)\t
Free Space\t83.02 GB (89,141,997,568 bytes)\t
Volume Serial Number\t11111111\t

[Disks]

Item\tValue\t
Description\tDisk drive\t
Manufacturer\t(Standard disk drives)\t
Model\tST1000DM003-1CH162\t
Bytes/Sector\t512\t
Size\t465.76 GB (500,105,249,280 bytes)\t
Partition\tDisk #0, Partition #0\t
Partition Size\t500.00 MB (524,288,000 bytes)\t
"""

# Chinese Windows writes full-width commas between the processor's counts.
CHINESE = f"""[系统摘要]

项目\t值\t
OS 名称\tMicrosoft Windows 10 专业版\t
版本\t10.0.19043 版本 19043\t
其他 OS 描述 \t没有资料\t
OS 制造商\tMicrosoft Corporation\t
系统名称\tPRIVATE-NAME\t
系统制造商\tLENOVO\t
系统型号\t20156\t
系统类型\t基于 x64 的电脑\t
系统 SKU\tLENOVO_MT_20156_BU_idea_FM_Lenovo G480\t
处理器\t{CPU}，2501 Mhz，2 个内核，4 个逻辑处理器\t
BIOS 版本/日期\tLENOVO 5ECN96WW(V9.01), 2014/3/4\t
平台角色\t移动\t
用户名\tPRIVATE-NAME\\someone\t
已安装的物理内存(RAM)\t12.0 GB\t
总的物理内存\t11.7 GB\t
可用物理内存\t7.93 GB\t

[显示]

项目\t值\t
名称\tIntel(R) HD Graphics 4000\t
PNP 设备 ID\t{DEVICE}\t
适配器类型\tIntel(R) HD Graphics Family，Intel Corporation 兼容\t
适配器描述\tIntel(R) HD Graphics 4000\t
适配器 RAM\t(2,084,569,088) 字节\t
驱动程序版本\t10.18.10.4885\t
\t\t
名称\tNVIDIA GeForce 610M\t
PNP 设备 ID\t{CARD}\t
适配器 RAM\t1.00 GB (1,073,741,824 字节)\t
驱动程序版本\t23.21.13.9135\t

[驱动器]

项目\t值\t
驱动器\tC:\t
描述\t本地固定磁盘\t
大小\t465.21 GB (499,509,096,448 字节)\t
可用空间\t83.02 GB (89,141,997,568 字节)\t
"""

# A language that no table of the program has: the order of the rows and the shapes of the values are enough.
RUSSIAN = f"""[Сведения о системе]

Элемент\tЗначение\t
Имя ОС\tMicrosoft Windows 10 Pro\t
Версия\t10.0.19043 Сборка 19043\t
Дополнительное описание ОС \tНедоступно\t
Изготовитель ОС\tMicrosoft Corporation\t
Имя системы\tPRIVATE-NAME\t
Изготовитель\tLENOVO\t
Модель\t20156\t
Тип\tКомпьютер на базе x64\t
Процессор\t{CPU}, 2501 МГц, ядер: 2, логических процессоров: 4\t
Установленная оперативная память (RAM)\t12,0 ГБ\t
Полный объем физической памяти\t11,7 ГБ\t
Доступно физической памяти\t7,93 ГБ\t

[Дисплей]

Элемент\tЗначение\t
Имя\tIntel(R) HD Graphics 4000\t
ID PNP-устройства\t{DEVICE}\t
ОЗУ адаптера\t(2 084 569 088) байт\t
Версия драйвера\t10.18.10.4885\t
\t\t
Имя\tNVIDIA GeForce 610M\t
ID PNP-устройства\t{CARD}\t
ОЗУ адаптера\t1,00 ГБ (1 073 741 824 байт)\t
Версия драйвера\t23.21.13.9135\t

[Диски]

Элемент\tЗначение\t
Диск\tC:\t
Описание\tЛокальный несъемный диск\t
Размер\t465,21 ГБ (499 509 096 448 байт)\t
Свободно\t83,02 ГБ (89 141 997 568 байт)\t
"""


def check(machine: Machine, model: str) -> None:
    assert (machine.manufacturer, machine.model) == ("Lenovo", model)
    assert machine.os_version == "10.0.19043"
    cpu, memory = machine.cpu, machine.memory
    assert (cpu.name, cpu.cores, cpu.threads, cpu.architecture) == (CPU, 2, 4, "x86_64")
    assert memory.installed_bytes == 12 * GIB
    assert memory.total_bytes == round(11.7 * GIB)
    assert memory.available_bytes == round(7.93 * GIB)
    assert [(g.name, g.kind, g.vram_bytes, g.driver) for g in machine.gpus] == [
        ("Intel(R) HD Graphics 4000", "integrated", 0, "10.18.10.4885"),
        ("NVIDIA GeForce 610M", "discrete", GIB, "23.21.13.9135"),
    ]
    assert [(d.mount, d.total_bytes, d.free_bytes) for d in machine.disks] == [("C:", 499509096448, 89141997568)]
    assert "PRIVATE" not in repr(machine)


@pytest.mark.parametrize(
    ("text", "encoding", "model"),
    [
        (ENGLISH, "utf-16", "Lenovo G480"),
        (ENGLISH, "utf-16-le", "Lenovo G480"),
        (ENGLISH, "utf-8", "Lenovo G480"),
        (CHINESE, "utf-16", "Lenovo G480"),
        (CHINESE, "cp936", "Lenovo G480"),
        (CHINESE, "utf-8-sig", "Lenovo G480"),
        (RUSSIAN, "utf-16", "20156"),
    ],
)
def test_g480(text: str, encoding: str, model: str) -> None:
    """The user's laptop in English, Chinese and a language without a table."""
    check(machine_of(text.replace("\n", "\r\n"), encoding=encoding), model)


def test_what_the_catalogue_adds() -> None:
    """The processor's instruction sets, the cards' use with the reason."""
    done = complete(machine_of(CHINESE, encoding="cp936"))
    assert done.cpu.features is not None
    assert {"avx", "f16c"} <= done.cpu.features
    assert "avx2" not in done.cpu.features
    assert [g.usable for g in done.gpus][1] is False


def test_chassis_and_disk() -> None:
    """The role of the platform and the one disk's model."""
    machine = machine_of(ENGLISH)
    assert machine.chassis == "laptop"
    assert machine.disks[0].name == "ST1000DM003-1CH162"
    assert machine.disks[0].kind == "hdd"
    assert machine_of(CHINESE).chassis == "laptop"


@pytest.mark.parametrize(
    ("processor", "name", "cores", "threads"),
    [
        ("AMD A10-8700P Radeon R6, 10 Compute Cores 4C+6G, 1800 Mhz, 2 Core(s), 4 Logical Processor(s)",
         "AMD A10-8700P Radeon R6, 10 Compute Cores 4C+6G", 2, 4),
        ("Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz, 4008 MHz, 4 Kern(e), 8 logische(r) Prozessor(en)",
         "Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz", 4, 8),
        ("Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz, 1498 MHz, 4 cœur(s), 8 processeur(s) logique(s)",
         "Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz", 4, 8),
        ("Intel(R) Core(TM)2 Quad CPU    Q6600  @ 2.40GHz, 2400 Mhz, 4 procesadores principales, 4 procesadores "
         "lógicos", "Intel(R) Core(TM)2 Quad CPU Q6600 @ 2.40GHz", 4, 4),
        ("Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz、3408 Mhz、4 個のコア、8 個のロジカル プロセッサ",
         "Intel(R) Core(TM) i7-6700 CPU @ 3.40GHz", 4, 8),
        ("AMD Ryzen 9 5950X 16-Core Processor, 3400 Mhz, 16 Core(s), 32 Logical Processor(s)",
         "AMD Ryzen 9 5950X 16-Core Processor", 16, 32),
    ],
)  # fmt: skip
def test_processors_of_public_reports(processor: str, name: str, cores: int, threads: int) -> None:
    """The processor's row in English, German, French, Spanish and Japanese."""
    cpu = machine_of(f"OS\tMicrosoft Windows 10 Pro\nX\t{processor}\n").cpu
    assert (cpu.name, cpu.cores, cpu.threads) == (name, cores, threads)


def test_two_processors() -> None:
    """A row for each; cores and threads are summed."""
    row = "Processor\tIntel(R) Xeon(R) CPU E5-2680 v3 @ 2.50GHz, 2497 Mhz, 12 Core(s), 24 Logical Processor(s)\n"
    cpu = machine_of("System Model\tPowerEdge R730\n" + row + row).cpu
    assert (cpu.sockets, cpu.cores, cpu.threads) == (2, 24, 48)


def test_windows_xp_names_no_processor() -> None:
    """Family and model number only, said as such; sizes with grouped thousands and decimals."""
    machine = machine_of(
        "OS Name\tMicrosoft Windows XP Professional\t\nVersion\t5.1.2600 Service Pack 2 Build 2600\t\n"
        "System Manufacturer\tDell Inc.\t\nSystem Model\tDimension 4700\t\nSystem Type\tX86-based PC\t\n"
        "Processor\tx86 Family 15 Model 4 Stepping 1 GenuineIntel ~3192 Mhz\t\n"
        "Total Physical Memory\t2,048.00 MB\t\nAvailable Physical Memory\t1.42 GB\t\n"
    )
    assert machine.cpu.name is None
    assert machine.cpu.origin("name").detail == "{source} names the family and the model number only"
    assert (machine.cpu.vendor, machine.cpu.architecture) == ("Intel", "x86")
    assert machine.memory.total_bytes == 2 * GIB


@pytest.mark.parametrize(
    ("ram", "vram"),
    [
        ("4.00 GB (4,293,918,720 bytes)", None),  # the ceiling of 32 bits: any card from 4 GB on
        ("(1,048,576) bytes", None),  # printed for an RTX 3070
        ("512.00 MB (536,870,912 bytes)", 512 << 20),
        ("8.00 MB", None),
    ],
)
def test_what_the_32_bits_cannot_say(ram: str, vram: int | None) -> None:
    """AdapterRAM stops below 4 GiB and wraps around: unknown then, with the reason."""
    (gpu,) = machine_of(
        f"Name\tNVIDIA GeForce RTX 3070\nPNP Device ID\tPCI\\VEN_10DE&DEV_2484&SUBSYS_0&REV_A1\\4&1&0&0008\n"
        f"Adapter Description\tNVIDIA GeForce RTX 3070\nAdapter RAM\t{ram}\nDriver Version\t30.0.15.1277\n"
    ).gpus
    assert gpu.vram_bytes == vram
    assert gpu.origin("vram_bytes").kind == ("reported" if vram else "unknown")


def test_nfo() -> None:
    """The .nfo file has the same rows in categories."""
    lines = [line for line in CHINESE.split("\n") if not line.startswith(("[", "项目"))]
    rows = [line.split("\t")[:2] if line.strip() else ["", ""] for line in lines]
    data = "".join(f"<Data><项目><![CDATA[{row[0]}]]></项目><值><![CDATA[{row[-1]}]]></值></Data>\n" for row in rows)
    head = '<?xml version="1.0"?>\n<MsInfo>\n<Metadata><Version>8.0</Version></Metadata>\n'
    text = f'{head}<Category name="系统摘要">\n{data}</Category>\n</MsInfo>\n'
    machine = machine_of(text, encoding="utf-16")
    check(machine, "Lenovo G480")
