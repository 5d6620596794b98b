"""UUIDs and IP addresses."""

import ipaddress
import uuid

assert uuid.uuid1() != uuid.uuid1()
assert uuid.uuid4().version == 4
assert str(uuid.uuid3(uuid.NAMESPACE_DNS, "example.com")) == "9073926b-929f-31c2-abc9-fad77ae3e8eb"
assert str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")) == "cfbff0d1-9375-5685-968c-48ce8b15ae17"
assert ipaddress.ip_address("192.168.0.102").is_private
assert ipaddress.ip_network("192.168.0.0/24").num_addresses == 256
