# SPDX-License-Identifier: Apache-2.0
"""The families of cases: each module has `add(corpus)`. Put new cases last in their family: the number
says which half a case is in."""
from . import archives, graphs, keras, others, pickles, repository, tensors

MODULES = (pickles, archives, tensors, keras, graphs, repository, others)
