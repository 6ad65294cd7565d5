"""Schedule files of the frab family (XML and JSON) that conference programs exchange."""

from eventhub.programme.frab.layout import Export
from eventhub.programme.frab.read_json import read_json
from eventhub.programme.frab.read_xml import read_xml
from eventhub.programme.frab.write import to_json, to_xml

__all__ = ["Export", "read_json", "read_xml", "to_json", "to_xml"]
