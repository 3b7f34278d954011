/** TF-Serving's REST API, for one model. */

/** An error whose message is a sentence for the user. */
export class ServingError extends Error {}

/**
 * One model on the server.
 *
 * Answers do not say which version they are of, so a version is asked by its
 * number: the newest that is available, until the server gives it up.
 */
export class Model {
  #path;
  #version = null;
  #landmarks = new Map();

  constructor(name) {
    this.#path = `/v1/models/${encodeURIComponent(name)}`;
  }

  /** The number of the newest version that answers. */
  async newestVersion(signal) {
    const answer = await call(this.#path, { signal });
    const states = expectGood(answer).model_version_status;
    const available = states.filter((each) => each.state === "AVAILABLE");
    if (!available.length) {
      const found = states.map((each) => `${each.version} ${each.state}`);
      throw new ServingError(
        `no version of the model is available (${found.join(", ")}); try ` +
          "again when the server has loaded one",
      );
    }
    // Numbers of 64 bits, as strings.
    const numbers = available.map((each) => BigInt(each.version));
    return String(numbers.reduce((a, b) => (a > b ? a : b)));
  }

  /**
   * Landmarks in a JPEG or PNG file.
   *
   * @returns keypoints [K][2] in the file's pixels, the first's centre at
   *   (0, 0); confidence [K]; landmarks {names, edges}; version; milliseconds.
   */
  async detect(file, signal) {
    const instance = { image_bytes: await toBase64(file) };
    const { row, ...rest } = await this.#predict("encoded", instance, signal);
    const landmarks = await this.#describe(rest.version, signal);
    return { ...row, ...rest, landmarks };
  }

  /** A PNG file: the first file's pose in the second one's looks. */
  async transfer(pose, looks, signal) {
    const instance = {
      image_bytes: await toBase64(pose),
      appearance_bytes: await toBase64(looks),
    };
    const { row, ...rest } = await this.#predict("transfer", instance, signal);
    return { picture: fromBase64(row.b64, "image/png"), ...rest };
  }

  async #predict(signature, instance, signal) {
    this.#version ??= await this.newestVersion(signal);
    let answer = await this.#ask(signature, instance, signal);
    if (answer.status === 404) {
      // The server gave the version up, most likely for a newer one.
      this.#version = await this.newestVersion(signal);
      answer = await this.#ask(signature, instance, signal);
    }
    const [row] = expectGood(answer).predictions;
    return { row, version: answer.version, milliseconds: answer.milliseconds };
  }

  async #ask(signature, instance, signal, version = this.#version) {
    const answer = await call(`${this.#path}/versions/${version}:predict`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        signature_name: signature,
        instances: [instance],
      }),
      signal,
    });
    return { ...answer, version };
  }

  async #describe(version, signal) {
    if (!this.#landmarks.has(version)) {
      const answer = await this.#ask("landmarks", 0, signal, version);
      this.#landmarks.set(version, expectGood(answer).predictions[0]);
    }
    return this.#landmarks.get(version);
  }
}

/** Status, content and milliseconds of an answer. */
async function call(path, options) {
  const start = performance.now();
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServingError(
      "the program that serves this page is gone; start it again",
    );
  }
  const content = await response.json().catch(() => null);
  const milliseconds = performance.now() - start;
  return { status: response.status, content, milliseconds };
}

/** The content of an answer that is no refusal. */
function expectGood({ status, content }) {
  if (status === 200 && content) return content;
  const said = content?.error ?? `the server's answer (${status}) is no JSON`;
  throw new ServingError(said);
}

function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ b64: reader.result.split(",")[1] });
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

function fromBase64(text, type) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Blob([bytes], { type });
}
