"""Runs what a table needs: what is missing, in order, and shows what came."""

from collections.abc import Sequence
from typing import NamedTuple

from tf_landmarks import errors
from tf_landmarks import staging
from tf_landmarks.reproduction import planning
from tf_landmarks.reproduction import reports
from tf_landmarks.reproduction import sources
from tf_landmarks.reproduction import steps
from tf_landmarks.reproduction import tables
from tf_landmarks.reproduction import timing


class _Plan(NamedTuple):
    """What is to be done for a row.

    Attributes:
      row: of the table.
      steps: none where the row is cited.
      lacks: datasets that are missing, which leave the row out.
    """

    row: tables.Row
    steps: list[steps.Step]
    lacks: Sequence[str] = ()

    @property
    def todo(self) -> list[steps.Step]:
        """The steps that are left; none where the row has its numbers."""
        if not self.steps or self.steps[-1].is_done():
            return []
        return [step for step in self.steps if not step.is_done()]

    def outcome(self, table: tables.Table) -> reports.Outcome:
        """What came of it so far."""
        metrics = self.steps[-1].metrics() if self.steps else None
        if metrics is None:
            return reports.NOT_RUN
        evaluate = self.steps[-1]
        seed = evaluate.trained.command.settings().get("seed", 0)
        return reports.outcome(
            self.row, table.columns, metrics, int(seed), evaluate.updates
        )


def reproduce(
    table: tables.Table, workdir: str, given: planning.Given, out: str
) -> None:
    """Prepares the data, runs a table's rows, and writes the table after each.

    Args:
      table: of the paper.
      workdir: of all runs.
      given: by the user.
      out: folder of the tables.

    Raises:
      errors.UserError: data of all rows are missing, flags have changed since
        data were prepared or a run began, or the data since; nothing can be
        written; or rows failed, or their data are missing, after all others
        were run.
      KeyboardInterrupt: a signal came; what there is was saved.
    """
    plans = [_plan(row, table, workdir, given) for row in table.rows]
    able = [plan for plan in plans if not plan.lacks]
    todo = _without_repeats(step for plan in able for step in plan.todo)
    all_todo = _without_repeats(step for plan in plans for step in plan.todo)
    _describe(table, plans, todo or all_todo)
    how_to_get = _explain(plans, given)
    if how_to_get and not todo:
        raise errors.UserError(how_to_get)
    if how_to_get:
        print(f"\nSome rows are left out:\n{how_to_get}")
    _check(able)
    _check_out(out)
    _tell_time(_trainings(todo))
    _prepare(todo)
    _check(able)  # what was trained, against the data that are new
    not_run = _run(table, plans, out)
    if not_run:
        told = f"not all rows could be run: {'; '.join(not_run)}"
        raise errors.UserError("\n".join(filter(None, (told, how_to_get))))


def _plan(
    row: tables.Row, table: tables.Table, workdir: str, given: planning.Given
) -> _Plan:
    if not row.training:
        return _Plan(row, [])
    plan = _Plan(row, planning.of_row(row, table.name, workdir, given))
    return plan._replace(lacks=sources.missing(plan.todo, given.folders))


def _explain(plans: list[_Plan], given: planning.Given) -> str:
    """What is missing and how to get it; "" where all is there."""
    missing = dict.fromkeys(name for plan in plans for name in plan.lacks)
    return sources.explain(list(missing), given.folders) if missing else ""


def _without_repeats(all_steps) -> list[steps.Step]:
    once = []
    for step in all_steps:
        if step not in once:
            once.append(step)
    return once


def _describe(
    table: tables.Table, plans: list[_Plan], todo: list[steps.Step]
) -> None:
    print(f"{table.title}\n")
    for plan in plans:
        print(f"  {plan.row.model}: {_state(plan)}")
    if todo:
        print("\nTo be run:\n")
        print("\n".join(f"  {step.command}" for step in todo))
    if _trainings(todo):
        print(f"\n{table.known_times}")


def _trainings(todo: Sequence[steps.Step]) -> list[steps.Train]:
    return [step for step in todo if isinstance(step, steps.Train)]


def _state(plan: _Plan) -> str:
    if not plan.steps:
        return "cited, not run"
    if plan.steps[-1].is_done():
        return "done"
    train = plan.steps[-1].trained
    left = ", ".join(
        f"{count:,} updates of stage {stage}"
        for stage, count in train.updates_left().items()
        if count
    )
    lacks = f", but {_lack(plan)}" if plan.lacks else ""
    return f"{left or 'evaluation'} to go{lacks}"


def _lack(plan: _Plan) -> str:
    return f"{' and '.join(plan.lacks)} missing"


def _check(plans: Sequence[_Plan]) -> None:
    """Finds what there is to be of the table's flags, and of its data."""
    for step in _without_repeats(s for plan in plans for s in plan.steps):
        if isinstance(step, steps.Prepare | steps.Train):
            step.check()


def _check_out(out: str) -> None:
    """Finds now, and not after the first row, that nothing can be written."""
    with staging.staged(out, "out"):
        pass


def _tell_time(trainings: Sequence[steps.Train]) -> None:
    if not trainings:
        return
    print("\nA few updates of each training are timed now.", flush=True)
    estimates = timing.estimate(trainings)
    for workdir, updates, seconds in estimates:
        parts = (
            f"{count:,} updates of {seconds[stage]:.2f} s"
            for stage, count in updates.items()
        )
        print(f"  {workdir}: {', '.join(parts)}")
    total = timing.duration(sum(each.total for each in estimates))
    print(f"That is {total} on this machine, data and evaluation aside.")


def _prepare(todo: Sequence[steps.Step]) -> None:
    """All data: what is wrong with them shows before days of training."""
    for step in todo:
        if isinstance(step, steps.Prepare):
            print(f"\n{step.command}", flush=True)
            step.run()


def _run(table: tables.Table, plans: list[_Plan], out: str) -> list[str]:
    """Runs the rows that can be; gives those that were not, and why."""
    not_run: list[str] = []
    broken: list[steps.Step] = []
    for plan in plans:
        if plan.lacks:
            not_run.append(f"{plan.row.model}: {_lack(plan)}")
            continue
        try:
            _run_row(plan, broken)
        except errors.UserError as error:
            print(f"\n{plan.row.model}: {error}", flush=True)
            not_run.append(f"{plan.row.model}: {error}")
        if plan.steps:
            outcomes = [each.outcome(table) for each in plans]
            reports.write(table, outcomes, out)
            print(f"\n{reports.text(table, outcomes)}", flush=True)
    print(f"see {table.name}.txt, .md and .csv in {out}")
    return not_run


def _run_row(plan: _Plan, broken: list[steps.Step]) -> None:
    """Runs what is left of a row; `broken` are steps that have failed."""
    for step in plan.todo:
        if step in broken:
            raise errors.UserError("needs what has failed above")
        print(f"\n{plan.row.model}\n  {step.command}", flush=True)
        try:
            step.run()
        except errors.UserError:
            broken.append(step)
            raise
