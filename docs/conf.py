"""How the documentation becomes a site: `make site` writes it into build/site.

Nothing is asked of another host, and every warning is an error.
"""

from chorall import __version__

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
