/** The table of landmarks. */

import * as drawing from "./drawing.js";

/** Rows of name, place and confidence. */
export class LandmarkList {
  #body;
  #onMark;
  #names = "";

  /**
   * @param body of the table.
   * @param onMark called with a row's number when it is pointed at, or null.
   */
  constructor(body, onMark) {
    this.#body = body;
    this.#onMark = onMark;
  }

  /** Shows keypoints [K][2] and confidence [K] by name. */
  show(names, keypoints, confidence) {
    // A camera's frames change the numbers only.
    if (names.join() !== this.#names) {
      this.#names = names.join();
      this.#body.replaceChildren(...names.map((n, i) => this.#row(n, i)));
    }
    [...this.#body.rows].forEach((row, i) => {
      const place = keypoints[i].map((value) => value.toFixed(1)).join(", ");
      row.cells[1].textContent = place;
      row.cells[2].firstChild.value = confidence[i];
      row.cells[2].lastChild.textContent = confidence[i].toFixed(2);
    });
  }

  /** Marks one row, or none with null. */
  mark(number) {
    [...this.#body.rows].forEach((row, i) =>
      row.classList.toggle("marked", i === number),
    );
  }

  #row(name, number) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = drawing.title(name);
    head.dataset.side = drawing.sideOf(name);
    row.append(head, document.createElement("td"), confidenceCell());
    row.addEventListener("pointerenter", () => this.#onMark(number));
    row.addEventListener("pointerleave", () => this.#onMark(null));
    return row;
  }
}

function confidenceCell() {
  const cell = document.createElement("td");
  const bar = document.createElement("meter");
  // The number beside it says the same.
  bar.setAttribute("aria-hidden", "true");
  cell.append(bar, document.createElement("span"));
  return cell;
}
