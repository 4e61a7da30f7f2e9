#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies a DSSE envelope without any code of this project and prints its payload.
verify_dsse.py ENVELOPE PUBLIC-KEY.pem"""
import base64
import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key

envelope = json.load(open(sys.argv[1]))
key = load_pem_public_key(open(sys.argv[2], "rb").read())
kind = envelope["payloadType"].encode()
payload = base64.b64decode(envelope["payload"], validate=True)
(signature,) = envelope["signatures"]
pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
key.verify(base64.b64decode(signature["sig"], validate=True), pae)
sys.stdout.write(payload.decode())
