/** The camera, one frame at a time. */

import * as pictures from "./pictures.js";

const REASONS = {
  NotAllowedError:
    "the camera is not allowed; allow it for this page in the browser's " +
    "settings, and try again",
  NotFoundError: "there is no camera; connect one, or choose an image",
  NotReadableError: "the camera is in use by another program; close that first",
};

/** A camera that runs until it is stopped. */
export class Camera {
  #stream;
  #video;

  constructor(stream, video) {
    this.#stream = stream;
    this.#video = video;
  }

  /** Starts the camera. Fails with a sentence. */
  static async open() {
    // Browsers have no cameras for pages that came without encryption.
    if (!navigator.mediaDevices) {
      throw new Error(
        "the browser allows the camera on localhost and over https only; " +
          "open the page there",
      );
    }
    let stream;
    try {
      const video = { width: { ideal: 640 }, facingMode: "environment" };
      stream = await navigator.mediaDevices.getUserMedia({ video });
    } catch (error) {
      throw new Error(REASONS[error.name] ?? `no camera: ${error.message}`);
    }
    const video = document.createElement("video");
    Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
    const camera = new Camera(stream, video);
    try {
      await video.play();
    } catch (error) {
      camera.stop();
      throw new Error(`the camera does not start: ${error.message}; try again`);
    }
    return camera;
  }

  /** What the camera sees now. */
  async picture() {
    if (this.#stream.getVideoTracks()[0].readyState !== "live") {
      throw new Error("the camera was disconnected");
    }
    const { videoWidth, videoHeight } = this.#video;
    return pictures.take(this.#video, videoWidth, videoHeight);
  }

  /** Gives the camera back; its light goes out. */
  stop() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
  }
}
