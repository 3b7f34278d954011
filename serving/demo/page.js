/** Starts the page. */

import { Finding } from "./finding.js";
import * as picker from "./picker.js";
import { Model } from "./rest.js";
import { Swapping } from "./swapping.js";

async function start() {
  const line = document.getElementById("model");
  const { model: name } = await (await fetch("settings.json")).json();
  document.title = `Landmarks · ${name}`;
  const model = new Model(name);
  picker.keepPage();
  new Finding(model);
  new Swapping(model);
  try {
    line.textContent = `${name}, version ${await model.newestVersion()}`;
  } catch (error) {
    line.textContent = `${name}: ${error.message}`;
  }
}

start();
