# SPDX-License-Identifier: Apache-2.0
"""Little assemblers: each writes one format byte by byte, and lets a case put any field wrong."""
