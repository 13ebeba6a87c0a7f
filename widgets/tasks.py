"""Predictions and goals: questions to answer before, and tasks to solve with, a panel."""

import html
from dataclasses import dataclass

import ipywidgets

from widgets.page import OnPage, spoken, weakly


@dataclass(frozen=True)
class Choice:
    """One answer to a prediction.

    Parameters: answer, as the learner reads it; reply, a text, or a function without arguments
    that runs the experiment and says what came out; right, whether it is the right answer.
    """

    answer: str
    reply: object
    right: bool = False


class Prediction(OnPage):
    """A multiple-choice question, to be answered before the panel is touched.

    Every answer has its own reply. Wrong ones name the idea behind the answer and what speaks
    against it, where possible by a run that is made on the spot.

    Parameters: question, a text; choices, a list of Choice, of which one is right.

    >>> quiz = Prediction("1 + 1?", [Choice("2", "Yes.", right=True), Choice("11", "Joined.")])
    >>> quiz
    1 + 1?
      ( ) 2
      ( ) 11
    >>> quiz.choose("11")
    >>> quiz
    1 + 1?
      ( ) 2
      (x) 11
    Not quite. Joined.
    >>> quiz.close()
    """

    def __init__(self, question, choices):
        self.question, self.choices = question, choices
        self.reply = ""
        self.options = ipywidgets.RadioButtons(
            options=[choice.answer for choice in choices], value=None,
            layout=ipywidgets.Layout(width="auto"),
        )  # fmt: skip
        self.answer = ipywidgets.HTML(layout=ipywidgets.Layout(min_height="30px"))
        heading = ipywidgets.HTML(f"<b>{html.escape(question)}</b>")
        box = ipywidgets.VBox([heading, self.options, self.answer])
        box.add_class("knobs-prediction")
        self.answer.add_class("knobs-reply")
        self.options.observe(weakly(self.on_choice), "value")
        self.put_together(box)

    def choose(self, answer):
        """Answer, as a click does. Raises: ValueError if there is no such answer."""
        answers = [choice.answer for choice in self.choices]
        if answer not in answers:
            raise ValueError(
                f"answer must be one of {', '.join(map(repr, answers))}, got {answer!r}"
            )
        self.options.value = answer

    def on_choice(self, change):
        choice = next(choice for choice in self.choices if choice.answer == change["new"])
        self.answer.value = spoken("Let us see …")
        headline = "Right." if choice.right else "Not quite."
        try:
            reply = choice.reply() if callable(choice.reply) else choice.reply
        except Exception as error:  # a callback has no one to raise it to
            headline = "The experiment failed:"
            reply = f"{error}. Restart the kernel and try again."
        self.reply = f"{headline} {reply}"
        self.answer.value = spoken(reply, headline)
        self.changed()

    def __str__(self):
        lines = [self.question]
        for choice in self.choices:
            mark = "x" if choice.answer == self.options.value else " "
            lines.append(f"  ({mark}) {choice.answer}")
        return "\n".join([*lines, *([self.reply] if self.reply else [])])


@dataclass(frozen=True)
class Goal:
    """A task. Parameters: task, a text; reached, a function of the panel that returns a bool."""

    task: str
    reached: object


class Goals(OnPage):
    """Tasks that a panel checks on the learner's own runs; what was reached stays reached.

    Parameters: panel, a Panel; goals, a list of Goal.
    """

    def __init__(self, panel, goals):
        self.goals = goals
        self.done = {}
        self.list = ipywidgets.HTML()
        box = ipywidgets.VBox([self.list])
        box.add_class("knobs-goals")
        self.put_together(box)
        panel.on_change(weakly(self.check))

    def check(self, panel):
        """Look at the run that the panel shows now."""
        for goal in self.goals:
            if goal not in self.done and goal.reached(panel):
                self.done[goal] = str(panel)
                self.changed()
        self.list.value = spoken(str(self)).replace("\n", "<br>")

    def __str__(self):
        lines = [f"Goals reached: {len(self.done)} of {len(self.goals)}"]
        lines += [f"{'☑' if goal in self.done else '☐'} {goal.task}" for goal in self.goals]
        return "\n".join(lines)
