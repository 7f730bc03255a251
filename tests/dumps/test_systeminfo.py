"""systeminfo in eight languages: maker, model, system and memory; nothing of its owner."""

import pytest

from advisor.machine import Machine
from tests.dumps.as_machine import machine_of

MIB = 1 << 20


def lines(labels: str, more: str = "") -> str:
    """systeminfo's lines with the labels of one language, aligned as it does."""
    names = labels.split("|")
    values = [
        "PRIVATE-NAME", "{os}", "10.0.19043 {na} Build 19043", "Microsoft Corporation", "{config}",
        "Multiprocessor Free", "PRIVATE-OWNER", "", "PRIVATE-PRODUCT", "2022/7/15, 19:31:13", "2022/7/25, 9:53:37",
        "LENOVO", "20156", "x64-based PC", "{installed}", "LENOVO 5ECN96WW(V9.01), 2014/3/4", "C:\\Windows",
        "C:\\Windows\\system32", "\\Device\\HarddiskVolume1", "zh-cn;X", "zh-cn;X", "(UTC+08:00) X", "{total}",
        "{free}", "{v1}", "{v2}", "{v3}", "C:\\pagefile.sys", "PRIVATE-DOMAIN", "\\\\PRIVATE-NAME",
    ]  # fmt: skip
    width = max(map(len, names)) + 2
    text = "\n".join(f"{name + ':':<{width}}{value}" for name, value in zip(names, values, strict=True))
    cpu = f"{'':<{width}}[01]: Intel64 Family 6 Model 58 Stepping 9 GenuineIntel ~2501 Mhz"
    return "\n" + text.replace("{installed}", f"{more}\n{cpu}") + "\n"


def filled(
    text: str, total: str = "11,980 MB", free: str = "7,931 MB", system: str = "Microsoft Windows 10 Pro"
) -> str:
    return text.format(
        os=system, na="N/A", config="X", total=total, free=free, v1=total, v2=free, v3=free, installed="1"
    )  # fmt: skip


CHINESE = (
    "主机名|OS 名称|OS 版本|OS 制造商|OS 配置|OS 构件类型|注册的所有人|注册的组织|产品 ID|初始安装日期|系统启动时间|"
    "系统制造商|系统型号|系统类型|处理器|BIOS 版本|Windows 目录|系统目录|启动设备|系统区域设置|输入法区域设置|时区|"
    "物理内存总量|可用的物理内存|虚拟内存: 最大值|虚拟内存: 可用|虚拟内存: 使用中|页面文件位置|域|登录服务器"
)
TAIWANESE = (
    "主機名稱|作業系統名稱|作業系統版本|作業系統製造商|作業系統設定|"
    "作業系統組建類型|註冊的擁有者|註冊公司|產品識別碼|原始安裝日期|"
    "系統開機時間|系統製造商|系統型號|系統類型|處理器|BIOS 版本|"
    "Windows 目錄|系統目錄|開機裝置|系統地區設定|輸入法地區設定|時區|"
    "實體記憶體總計|可用實體記憶體|虛擬記憶體: 大小上限|虛擬記憶體: 可用|"
    "虛擬記憶體: 使用中|分頁檔位置|網域|登入伺服器"
)
GERMAN = (
    "Hostname|Betriebssystemname|Betriebssystemversion|Betriebssystemhersteller|Betriebssystemkonfiguration|"
    "Betriebssystem-Buildtyp|Registrierter Benutzer|Registrierte Organisation|"
    "Produkt-ID|Ursprüngliches Installationsdatum|"
    "Systemstartzeit|Systemhersteller|Systemmodell|Systemtyp|"
    "Prozessor(en)|BIOS-Version|Windows-Verzeichnis|System-Verzeichnis|"
    "Startgerät|Systemgebietsschema|Eingabegebietsschema|Zeitzone|Gesamter physischer Speicher|"
    "Verfügbarer physischer Speicher|Virtueller Arbeitsspeicher: Maximale Größe|"
    "Virtueller Arbeitsspeicher: Verfügbar|"
    "Virtueller Arbeitsspeicher: Zurzeit verwendet|Auslagerungsdateipfad(e)|Domäne|Anmeldeserver"
)
FRENCH = (
    "Nom de l’hôte|Nom du système d’exploitation|Version du système|Fabricant du système d’exploitation|"
    "Configuration du système d’exploitation|Type de version du système d’exploitation|Propriétaire enregistré|"
    "Organisation enregistrée|Identificateur de produit|Date d’installation originale|Heure de démarrage du système|"
    "Fabricant du système|Modèle du système|Type du système|Processeur(s)|Version du BIOS|Répertoire Windows|"
    "Répertoire système|Périphérique d’amorçage|Option régionale du système|"
    "Paramètres régionaux d’entrée|Fuseau horaire|"
    "Mémoire physique totale|Mémoire physique disponible|Mémoire virtuelle : taille maximale|"
    "Mémoire virtuelle : disponible|Mémoire virtuelle : en cours d’utilisation|Emplacements des fichiers d’échange|"
    "Domaine|Serveur d’ouverture de session"
)
SPANISH = (
    "Nombre de host|Nombre del sistema operativo|Versión del sistema operativo|Fabricante del sistema operativo|"
    "Configuración del sistema operativo|Tipo de compilación del sistema operativo|"
    "Propiedad de|Organización registrada|"
    "Id. del producto|Fecha de instalación original|Tiempo de arranque del sistema|"
    "Fabricante del sistema|Modelo el sistema|"
    "Tipo de sistema|Procesador(es)|Versión del BIOS|"
    "Directorio de Windows|Directorio de sistema|Dispositivo de arranque|"
    "Configuración regional del sistema|Idioma de entrada|Zona horaria|Cantidad total de memoria física|"
    "Memoria física disponible|Memoria virtual: tamaño máximo|Memoria virtual: disponible|Memoria virtual: en uso|"
    "Ubicación(es) de archivo de paginación|Dominio|Servidor de inicio de sesión"
)
JAPANESE = (
    "ホスト名|OS 名|OS バージョン|OS 製造元|OS 構成|"
    "OS ビルドの種類|登録されている所有者|登録されている組織|プロダクト ID|"
    "最初のインストール日付|システム起動時間|システム製造元|システム モデル|"
    "システムの種類|プロセッサ|BIOS バージョン|"
    "Windows ディレクトリ|システム ディレクトリ|起動デバイス|システム ロケール|"
    "入力ロケール|タイム ゾーン|物理メモリの合計|"
    "利用できる物理メモリ|仮想メモリ: 最大サイズ|仮想メモリ: 利用可能|"
    "仮想メモリ: 使用中|ページ ファイルの場所|ドメイン|ログオン サーバー"
)
# No table of the program has these labels.
UNKNOWN = "|".join(f"Étiquette {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcd")


def check(machine: Machine) -> None:
    assert (machine.manufacturer, machine.model) == ("Lenovo", "20156")
    assert machine.os_version == "10.0.19043"
    assert machine.os_name is not None
    assert machine.os_name.startswith("Microsoft Windows 10")
    assert (machine.memory.total_bytes, machine.memory.available_bytes) == (11980 * MIB, 7931 * MIB)
    assert (machine.cpu.vendor, machine.cpu.architecture, machine.cpu.sockets) == ("Intel", "x86_64", 1)
    assert machine.cpu.name is None
    assert machine.cpu.origin("name").detail == "{source} names the family and the model number only"
    assert "PRIVATE" not in repr(machine)


@pytest.mark.parametrize(
    ("labels", "encoding", "total", "free"),
    [
        (CHINESE, "cp936", "11,980 MB", "7,931 MB"),
        (CHINESE, "utf-8", "11,980 MB", "7,931 MB"),
        (CHINESE, "utf-16", "11,980 MB", "7,931 MB"),
        (TAIWANESE, "utf-8-sig", "11,980 MB", "7,931 MB"),
        (GERMAN, "utf-8", "11.980 MB", "7.931 MB"),
        (GERMAN, "cp850", "11.980 MB", "7.931 MB"),
        (FRENCH, "utf-16", "11 980 Mo", "7 931 Mo"),
        (FRENCH, "utf-8", "11\N{NARROW NO-BREAK SPACE}980 Mo", "7\N{NARROW NO-BREAK SPACE}931 Mo"),
        (SPANISH, "utf-8", "11.980 MB", "7.931 MB"),
        (SPANISH, "cp1252", "11,980 MB", "7,931 MB"),
        (JAPANESE, "utf-8", "11,980 MB", "7,931 MB"),
        (UNKNOWN, "utf-8", "11'980 MB", "7'931 MB"),
        (UNKNOWN, "cp1252", "11,980 MB", "7,931 MB"),
    ],
)
def test_languages(labels: str, encoding: str, total: str, free: str) -> None:
    """Labels from the table, shapes where the table or the encoding fails."""
    text = filled(lines(labels, "1"), total, free).replace("\n", "\r\n")
    check(machine_of(text, encoding=encoding))


def test_g480_on_chinese_windows() -> None:
    """The system's Chinese name in code page 936, as a console writes it."""
    text = filled(lines(CHINESE, "安装了 1 个处理器。"), system="Microsoft Windows 10 专业版")
    machine = machine_of(text, encoding="cp936")
    check(machine)
    assert machine.os_name == "Microsoft Windows 10 专业版"


def test_french_no_break_space_in_its_code_page() -> None:
    """Code page 850 writes the blank inside a number as a byte that is no letter anywhere."""
    text = filled(lines(FRENCH.replace("’", "'"), "1"), "11\N{NO-BREAK SPACE}980 Mo", "7\N{NO-BREAK SPACE}931 Mo")
    check(machine_of(text, encoding="cp850"))


def test_csv() -> None:
    """systeminfo /fo csv: the same labels and values in two rows."""
    names = (
        "Host Name,OS Name,OS Version,System Manufacturer,System Model,System Type,Processor(s),"
        "Total Physical Memory,Available Physical Memory"
    )
    values = [
        "PRIVATE", "Microsoft Windows 10 Pro", "10.0.19043 N/A Build 19043", "LENOVO", "20156", "x64-based PC",
        "1 Processor(s) Installed.,[01]: Intel64 Family 6 Model 58 Stepping 9 GenuineIntel ~2501 Mhz", "11,980 MB",
        "7,931 MB",
    ]  # fmt: skip
    head = ",".join(f'"{name}"' for name in names.split(","))
    check(machine_of(f"{head}\r\n" + ",".join(f'"{value}"' for value in values) + "\r\n"))
