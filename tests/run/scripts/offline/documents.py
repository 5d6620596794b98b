"""JSON and XML of one person."""

import json
import xml.etree.ElementTree as ElementTree

person = {"name": "Анна", "friends": ["Боб"], "age": 30}
assert json.loads(json.dumps(person)) == person
tree = ElementTree.fromstring("<person><name>Анна</name><age>30</age></person>")
assert {child.tag: child.text for child in tree} == {"name": "Анна", "age": "30"}
