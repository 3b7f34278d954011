/** Landmarks drawn over pictures. */

const COLOURS = { left: "#3f9ee8", right: "#f07a28", middle: "#f2c230" };
const OUTLINE = "rgb(0 0 0 / 65%)";

// Small pictures are drawn larger, or the points would hide them.
const DRAWN_SIDE = 960;

/** Which side of the object a landmark is on, by its name. */
export function sideOf(name) {
  const words = name.toLowerCase().split(/[^a-z]+/);
  if (words.includes("left") || words.includes("l")) return "left";
  if (words.includes("right") || words.includes("r")) return "right";
  return "middle";
}

/** A landmark's name as people write it. */
export function title(name) {
  return name.replaceAll("_", " ");
}

/** Draws a picture alone. */
export function drawPicture(canvas, picture) {
  const { width, height } = picture.canvas;
  const zoom = Math.max(1, DRAWN_SIDE / Math.max(width, height));
  canvas.width = Math.round(width * zoom);
  canvas.height = Math.round(height * zoom);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture.canvas, 0, 0, canvas.width, canvas.height);
}

/**
 * Draws a picture with its landmarks.
 *
 * @param canvas to draw on; it gets the picture's proportions.
 * @param picture of pictures.js.
 * @param found what Model.detect found in it.
 * @param marked number of a landmark to be named, or null.
 * @returns the points in the canvas's pixels.
 */
export function drawLandmarks(canvas, picture, found, marked = null) {
  drawPicture(canvas, picture);
  const zoom = canvas.width / picture.canvas.width;
  // The centre of the first pixel is (0, 0); a canvas has its corner there.
  const points = found.keypoints.map(([x, y]) => [
    (x + 0.5) * zoom,
    (y + 0.5) * zoom,
  ]);
  const { names, edges } = found.landmarks;
  const sides = names.map(sideOf);
  const context = canvas.getContext("2d");
  const unit = Math.max(canvas.width, canvas.height) / 320;
  context.lineCap = "round";
  for (const [a, b] of edges) {
    drawLimb(context, points[a], points[b], limbSide(sides[a], sides[b]), unit);
  }
  points.forEach((point, i) => {
    const radius = (i === marked ? 4.5 : 2.5) * unit;
    drawPoint(context, point, radius, COLOURS[sides[i]], unit);
  });
  if (marked !== null) drawName(context, points[marked], title(names[marked]), unit);
  return points;
}

function limbSide(a, b) {
  if (a === b) return a;
  if (a === "middle") return b;
  return b === "middle" ? a : "middle";
}

function drawLimb(context, from, to, side, unit) {
  const path = new Path2D();
  path.moveTo(...from);
  path.lineTo(...to);
  for (const [style, width] of [[OUTLINE, 3], [COLOURS[side], 1.75]]) {
    context.strokeStyle = style;
    context.lineWidth = width * unit;
    context.stroke(path);
  }
}

function drawPoint(context, [x, y], radius, colour, unit) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = "white";
  context.lineWidth = unit;
  context.fill();
  context.stroke();
}

function drawName(context, [x, y], name, unit) {
  context.font = `600 ${10 * unit}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const width = context.measureText(name).width;
  const gap = 8 * unit;
  // On the other side of the point where the picture ends.
  const fits = x + gap + width < context.canvas.width;
  const left = fits ? x + gap : x - gap - width;
  context.fillStyle = "rgb(0 0 0 / 75%)";
  context.beginPath();
  context.roundRect(
    left - 3 * unit, y - 7 * unit, width + 6 * unit, 14 * unit, 3 * unit,
  );
  context.fill();
  context.fillStyle = "white";
  context.fillText(name, left, y);
}
