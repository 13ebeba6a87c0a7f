"""The pulse: it finds out whether the kernel still answers, and says so if it does not.

A kernel that was restarted, or shut down because nobody used it, leaves panels on the page that
look alive. So the first touch of a panel asks the kernel for an answer. One that is busy answers
late; one that is idle and silent has forgotten the panel.

It also tells JupyterLab that there is something to save: slides of a hand are no edits to it.
"""

import anywidget
import ipywidgets


class Pulse(anywidget.AnyWidget):
    """Ask the kernel, when a hand touches what this is in, whether it is there. Shows nothing."""

    def __init__(self):
        super().__init__(layout=ipywidgets.Layout(display="none"))
        self.on_msg(answer)

    # Lab marks every widget of a stopped kernel with a broken chain in red. One sentence will do.
    _css = """
    :is(.knobs-panel, .knobs-prediction, .knobs-goals).jupyter-widgets-disconnected::before,
    :is(.knobs-panel, .knobs-prediction, .knobs-goals) .jupyter-widgets-disconnected::before {
      display: none;
    }
    """

    _esm = """
    const SENTENCE = "The kernel has stopped: Run → Restart Kernel and Run All";
    const TOUCHED = ".knobs-panel, .knobs-prediction";
    const LINE = ":is(.knobs-message, .knobs-reply) .widget-html-content";
    const REST = 2000, LOOK = 500, PATIENCE = 5;  // milliseconds, milliseconds, looks

    // What the page knows without asking. Where it knows nothing of kernels, nothing is claimed.
    function kernelIs(manager, panel) {
      if (!manager || !("kernel" in manager)) return "unknown";
      const kernel = manager.kernel;
      if (!kernel || kernel.isDisposed || kernel.status === "dead") return "stopped";
      if (panel.classList.contains("jupyter-widgets-disconnected")) return "stopped";
      return kernel.connectionStatus === "connected" && kernel.status === "idle" ? "idle" : "busy";
    }

    export default {
      // Not in `render`: the panel may be out of sight.
      initialize({ model }) {
        model.on("msg:custom", ({ unsaved }) => {
          const notebook = model.widget_manager?.context?.model;
          if (unsaved && notebook) notebook.dirty = true;
        });
      },

      render({ model, el }) {
        let waiting, note, answered = 0, silent = 0;

        function say(panel) {
          waiting = undefined;
          if (note) return;
          note = document.createElement("div");
          note.setAttribute("role", "status");
          panel.querySelector(LINE).append(note);
          note.textContent = SENTENCE;
          // The line is below the picture, and may be below the edge of the window.
          note.scrollIntoView({ block: "nearest" });
        }

        function hear() {
          clearTimeout(waiting);
          note?.remove();
          waiting = note = undefined;
          answered = Date.now();
        }

        function look(panel) {
          const state = kernelIs(model.widget_manager, panel);
          silent = state === "idle" ? silent + 1 : 0;
          if (state === "stopped" || silent > PATIENCE) say(panel);
          else waiting = setTimeout(look, LOOK, panel);
        }

        function touched(event) {
          const panel = el.parentElement?.closest(TOUCHED);
          if (waiting || !panel?.contains(event.target)) return;
          if (kernelIs(model.widget_manager, panel) === "unknown") return;
          // Who has just answered is not asked again at once, but a little later.
          const rest = answered + REST - Date.now();
          if (rest > 0) waiting = setTimeout(ask, rest, panel);
          else ask(panel);
        }

        function ask(panel) {
          silent = 0;
          look(panel);
          if (waiting) model.send({});
        }

        const touches = ["pointerdown", "keydown", "input"];
        for (const touch of touches) document.addEventListener(touch, touched, true);
        model.on("msg:custom", hear);
        return () => {
          clearTimeout(waiting);
          for (const touch of touches) document.removeEventListener(touch, touched, true);
          model.off("msg:custom", hear);
        };
      },
    };
    """


def answer(pulse, content, buffers):
    """Send back what came: all that the page wants to know is that somebody did."""
    pulse.send(content)
