"""Which paper printers hold where the user lives, for the first report; later ones take what was chosen last."""

from PySide6.QtCore import QLocale

from advisor.settings import Paper

# Where sheets are "US-Letter": Unicode CLDR, common/supplemental/supplementalData.xml, measurementData/paperSize.
LETTER = frozenset({"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})


def usual_paper(locale: str | None = None) -> Paper:
    """The paper of a locale such as "en_US"; of the system's without one."""
    name = QLocale.system().name() if locale is None else locale
    return "letter" if name.rpartition("_")[2] in LETTER else "a4"
