/** Pictures as they are sent: upright, and no larger than need be. */

// Detectors look at some hundred pixels at most: more is only slow to send.
const LONGEST_SIDE = 1024;

/**
 * What is sent, and shown.
 *
 * @typedef {object} Picture
 * @property {HTMLCanvasElement} canvas its pixels.
 * @property {Blob} file PNG or JPEG of them.
 * @property {number} scale its pixels for each of the original's.
 * @property {[number, number]} size width and height of the original.
 */

/** A picture of a file that was chosen. Fails with a sentence. */
export async function read(file) {
  let bitmap;
  try {
    // The server does not heed a camera's note of which way is up. This does,
    // so what is drawn on the canvas, and sent, is upright.
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new Error(
      `${file.name}: cannot be opened as a picture; choose a JPEG or PNG file`,
    );
  }
  // PNG has no losses; of photos it would be several times as large.
  const type = file.type === "image/png" ? file.type : "image/jpeg";
  const picture = await take(bitmap, bitmap.width, bitmap.height, type);
  bitmap.close();
  return picture;
}

/** A picture of anything that a canvas can draw. */
export async function take(source, width, height, type = "image/jpeg") {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  // Without alpha the server gets the colours that are shown here.
  const context = canvas.getContext("2d", { alpha: false });
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const file = await new Promise((resolve) =>
    canvas.toBlob(resolve, type, 0.92),
  );
  return { canvas, file, scale, size: [width, height] };
}

/** Keypoints of a picture in pixels of its original. */
export function toOriginal(keypoints, picture) {
  // The centre of the first pixel is (0, 0), on both sides.
  return keypoints.map((point) =>
    point.map((value) => (value + 0.5) / picture.scale - 0.5),
  );
}
