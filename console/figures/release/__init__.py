"""The files of a release, as bytes: tables, labels, workbook, report and what it says of itself."""

from console.figures.release.about import Description, Level, Restated
from console.figures.release.files import digest_of, files_of
from console.figures.release.hxl import files as hxl_files

__all__ = ["Description", "Level", "Restated", "digest_of", "files_of", "hxl_files"]
