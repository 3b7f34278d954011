"""Figure 4: how data flow through the model."""

from tf_landmarks.figures import frames
from tf_landmarks.figures import grids
from tf_landmarks.figures import painting
from tf_landmarks.figures import requests
from tf_landmarks.training import image_summaries

_ROWS = 4


def draw(request: requests.Request) -> requests.Drawing:
    """Draws rows of x, y, y*, x̂, x′ and, of labelled frames, β(truth).

    x′ is a random other frame of x's clip; both are named below.

    Raises:
      errors.UserError: see `painting`.
    """
    painter = painting.Painter(request.workdirs[0], request.kind)
    split = painting.open_split(request, [painter.detector])
    chosen = split.draw(request.count or _ROWS, request.seed)
    shown = split.read(chosen)
    partners = split.read(split.draw_partners(chosen, request.seed))
    columns = image_summaries.columns_of_figure_4(
        painter, painting.stack(shown), painting.stack(partners)
    )
    rows = []
    for i, (frame, partner) in enumerate(zip(shown, partners, strict=True)):
        captions = {"x": frame.name, "x_prime": partner.name}
        row = [
            grids.Cell(grids.enlarged(column[i]), captions.get(name, ""))
            for name, column in columns.items()
        ]
        if split.labels:
            row.append(_truth(frame, painter.beta))
        rows.append(row)
    titles = [*columns, "y of the labels"] if split.labels else list(columns)
    return requests.Drawing(grids.render(rows, titles))


def _truth(frame: frames.Frame, beta) -> grids.Cell:
    if not frame.is_wholly_labelled:
        return grids.Cell(None, "not wholly labelled")
    (y,) = beta(frame.truth[None]).numpy()
    return grids.Cell(grids.enlarged_skeleton(y))
