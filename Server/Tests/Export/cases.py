"""What the tests of an export have in common."""

import pathlib
import unittest
from collections.abc import Sequence

from fleet import Exporter, History, folder


class ExportTest(unittest.TestCase):
    """Tests of one history, which all of them export."""

    PAIRS = 3000
    path: pathlib.Path
    history: History

    @classmethod
    def setUpClass(cls) -> None:
        cls.path = cls.enterClassContext(folder())
        cls.history = History(cls.path, cls.PAIRS)

    def setUp(self) -> None:
        self.here = self.enterContext(folder())

    def exporter(self, *destinations: str, netrc: str | None = None, options: Sequence[str] = ()) -> Exporter:
        exporter = Exporter(self.here, self.history, *destinations, netrc=netrc, options=options)
        self.addCleanup(exporter.kill)
        return exporter
