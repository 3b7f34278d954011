/** The section that finds landmarks, in files and in the camera's frames. */

import { Camera } from "./camera.js";
import * as drawing from "./drawing.js";
import { LandmarkList } from "./landmark_list.js";
import * as picker from "./picker.js";
import * as pictures from "./pictures.js";
import { Tasks } from "./tasks.js";

const NEAR = 16; // pixels of the screen from the pointer to a landmark

const element = (id) => document.getElementById(id);

/** The section: its state, and what its controls do. */
export class Finding {
  #model;
  #canvas = element("find-canvas");
  #list = new LandmarkList(element("landmarks"), (i) => this.#mark(i));
  #tasks = new Tasks("find");
  #shown = null; // {picture, found, points}
  #marked = null; // number of the landmark that is pointed at

  /** @param model of rest.js. */
  constructor(model) {
    this.#model = model;
    const run = (work) => this.#tasks.run(work);
    picker.connect("find", (file) =>
      run((signal) => this.#findInFile(file, signal)),
    );
    element("camera-start").addEventListener("click", () =>
      run((signal) => this.#findInCamera(signal)),
    );
    element("camera-stop").addEventListener("click", () => {
      this.#tasks.end();
      this.#tasks.say("The camera is off.");
    });
    this.#canvas.addEventListener("pointermove", (event) => {
      if (this.#shown) this.#mark(nearest(this.#shown.points, event));
    });
    this.#canvas.addEventListener("pointerleave", () => this.#mark(null));
  }

  async #findInFile(file, signal) {
    this.#forget();
    this.#tasks.say(`Looking at ${file.name} …`);
    await this.#find(await pictures.read(file), signal);
    const count = this.#shown.points.length;
    this.#tasks.say(`${count} landmarks in ${file.name}.`);
  }

  async #findInCamera(signal) {
    this.#forget();
    this.#tasks.say("Waiting for the camera …");
    showStopButton(true);
    signal.addEventListener("abort", () => showStopButton(false));
    let camera = null;
    try {
      camera = await Camera.open();
      signal.throwIfAborted();
      this.#tasks.say("The camera runs.");
      // The next frame is sent when the answer is there.
      for (let frames = 1; ; ++frames) {
        await this.#find(await camera.picture(), signal);
        this.#canvas.dataset.frames = frames;
      }
    } finally {
      camera?.stop();
      if (!signal.aborted) showStopButton(false);
    }
  }

  async #find(picture, signal) {
    const found = await this.#model.detect(picture.file, signal);
    signal.throwIfAborted();
    this.#show(picture, found);
  }

  #show(picture, found) {
    this.#shown = { picture, found, points: [] };
    element("found").hidden = false;
    this.#draw();
    element("find-time").textContent = `${Math.round(found.milliseconds)} ms`;
    element("find-version").textContent = found.version;
    element("find-size").textContent = picture.size.join(" × ");
    const keypoints = pictures.toOriginal(found.keypoints, picture);
    this.#list.show(found.landmarks.names, keypoints, found.confidence);
  }

  #draw() {
    const { picture, found } = this.#shown;
    this.#shown.points = drawing.drawLandmarks(
      this.#canvas, picture, found, this.#marked,
    );
    // For tests, and for who looks into the page.
    this.#canvas.dataset.points = JSON.stringify(this.#shown.points);
  }

  #mark(number) {
    if (!this.#shown || number === this.#marked) return;
    this.#marked = number;
    this.#draw();
    this.#list.mark(number);
  }

  #forget() {
    this.#shown = this.#marked = null;
    this.#list.mark(null);
    element("found").hidden = true;
    delete this.#canvas.dataset.points;
    delete this.#canvas.dataset.frames;
  }
}

/** Number of the point under the pointer on a canvas, or null. */
function nearest(points, { target, offsetX, offsetY }) {
  const zoom = target.width / target.clientWidth;
  const distances = points.map(([x, y]) =>
    Math.hypot(x / zoom - offsetX, y / zoom - offsetY),
  );
  const closest = Math.min(...distances);
  return closest < NEAR ? distances.indexOf(closest) : null;
}

/** The camera has one button at a time, and keeps the keyboard's focus. */
function showStopButton(isShown) {
  const [start, stop] = [element("camera-start"), element("camera-stop")];
  const hadFocus = [start, stop].includes(document.activeElement);
  start.hidden = isShown;
  stop.hidden = !isShown;
  if (hadFocus) (isShown ? stop : start).focus();
}
