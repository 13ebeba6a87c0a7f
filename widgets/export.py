"""Exported to HTML, a panel is its last picture, with the words that describe it.

nbconvert's own template writes no alternative text, though notebooks have a place for it; and after
`--execute` it would put live views on the page, which no kernel moves. `jupyter nbconvert` finds
this through etc/jupyter/jupyter_nbconvert_config.json, JupyterLab's "Save and Export" through
widgets.server.
"""

import html

from nbconvert.preprocessors import Preprocessor

from widgets.last import VIEW


class StillPanels(Preprocessor):
    """Take the live views of this kit away, and give pictures their alternative text."""

    def preprocess_cell(self, cell, resources, index):
        """Return the cell; nbconvert takes HTML where an output has it."""
        # Where HTML is sanitized, which Lab proposes, it cannot hold pictures.
        html_is_taken = not resources.get("should_sanitize_html")
        for output in cell.get("outputs", []):
            data, about = output.get("data", {}), output.get("metadata", {}).get("image/png", {})
            if "kernel" in data.get(VIEW, {}):
                del data[VIEW]
            if html_is_taken and "image/png" in data and about.get("alt"):
                source = f"data:image/png;base64,{data['image/png']}"
                data["text/html"] = f'<img alt="{html.escape(about["alt"])}" src="{source}">'
        return cell, resources
