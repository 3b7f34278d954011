/** The section that paints one picture's pose in another one's looks. */

import * as drawing from "./drawing.js";
import * as picker from "./picker.js";
import * as pictures from "./pictures.js";
import { Tasks } from "./tasks.js";

const ROLES = ["pose", "looks"];

const element = (id) => document.getElementById(id);

/** The section: its state, and what its controls do. */
export class Swapping {
  #model;
  #chosen = { pose: null, looks: null };
  #tasks = new Tasks("swap");

  /** @param model of rest.js. */
  constructor(model) {
    this.#model = model;
    for (const role of ROLES) {
      picker.connect(role, (file) => this.#choose(role, file));
    }
    element("exchange").addEventListener("click", () => {
      const { pose, looks } = this.#chosen;
      this.#chosen = { pose: looks, looks: pose };
      this.#tasks.run((signal) => this.#paint(signal));
    });
  }

  async #choose(role, file) {
    // To choose the other picture meanwhile does not undo this one.
    const isRead = await this.#tasks.run(async () => {
      this.#chosen[role] = await pictures.read(file);
    });
    if (isRead) await this.#tasks.run((signal) => this.#paint(signal));
  }

  async #paint(signal) {
    const { pose, looks } = this.#chosen;
    showChosen("pose", pose);
    showChosen("looks", looks);
    showPainted(null);
    element("exchange").disabled = false;
    if (!pose || !looks) {
      this.#tasks.say(`Now choose the ${pose ? "looks" : "pose"}.`);
      return;
    }
    this.#tasks.say("Painting …");
    const painted = await this.#model.transfer(pose.file, looks.file, signal);
    signal.throwIfAborted();
    showPainted(painted.picture);
    const time = `${Math.round(painted.milliseconds)} ms`;
    this.#tasks.say(`Painted in ${time} by version ${painted.version}.`);
  }
}

function showChosen(role, picture) {
  const canvas = element(`${role}-canvas`);
  canvas.hidden = !picture;
  if (picture) drawing.drawPicture(canvas, picture);
}

function showPainted(file) {
  const image = element("painted");
  URL.revokeObjectURL(image.src);
  image.hidden = !file;
  element("painted-none").hidden = Boolean(file);
  if (file) image.src = URL.createObjectURL(file);
  else image.removeAttribute("src");
}
