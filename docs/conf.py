"""How the documentation becomes a site: `make site` writes it into build/site.

Nothing is asked of another host, and every warning is an error.
"""

import logging
import os
from pathlib import Path
from tempfile import mkdtemp

from chorall import __version__

# the kernel of the tutorials talks to this machine alone and need not warn of the network
KERNEL_SETTINGS = Path(mkdtemp()) / "profile_default" / "ipython_kernel_config.py"
KERNEL_SETTINGS.parent.mkdir()
KERNEL_SETTINGS.write_text('get_config().IPKernelApp.log_level = "ERROR"', "utf-8")
os.environ["IPYTHONDIR"] = str(KERNEL_SETTINGS.parent.parent)
logging.getLogger("traitlets").setLevel(logging.WARNING)

project = "Chorall"
author = "the Chorall authors"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "myst-nb", ".rst": "restructuredtext"}
autosummary_generate = False
nitpicky = False

html_theme = "furo"
html_title = "Chorall"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "announcement": "Research use only. Chorall is not a medical device.",
    "footer_icons": [],
}

# the tutorials are computed anew each time, and a cell that fails is an error
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]

# a result is described where its class is: its attributes are not listed a second time
numpydoc_show_class_members = False
autodoc_member_order = "alphabetical"
autodoc_typehints = "none"
