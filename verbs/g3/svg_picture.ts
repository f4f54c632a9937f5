/** A picture as SVG. @module */
import type { Box, Picture, Shape, Spot } from "./picture.ts";
import { FONT_PIXELS } from "./plot_font.ts";

/** Writes a picture as an SVG document that needs nothing else. */
export function svgOf({ width, height, title, shapes }: Picture): string {
  const clips = new Map<string, string>();
  const body = shapes.map((shape) => svgShape(shape, clips));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="DejaVu Sans, Verdana, sans-serif" font-size="${FONT_PIXELS}">`,
    `<title>${escaped(title)}</title>`,
    `<defs>${[...clips.values()].join("")}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}

function svgShape(shape: Shape, clips: Map<string, string>): string {
  const { kind, color } = shape;
  switch (kind) {
    case "rect": {
      const { x, y, width, height } = shape;
      return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${
        short(height)
      }" fill="${color}"/>`;
    }
    case "text": {
      const { x, y, anchor, text } = shape;
      return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}" fill="${color}">${
        escaped(text)
      }</text>`;
    }
    case "curve":
      return `<path d="${shape.runs.map(path).join("")}" clip-path="url(#${
        clip(shape.clip, clips)
      })" fill="none" ` +
        `stroke="${color}" stroke-width="${shape.width}" stroke-linejoin="round" stroke-linecap="round"/>`;
    default: {
      const dots = shape.spots.map(({ x, y }) => `M${short(x)} ${short(y)}h0`).join("");
      return `<path d="${dots}" clip-path="url(#${clip(shape.clip, clips)})" stroke="${color}" ` +
        `stroke-width="${shape.radius * 2}" stroke-linecap="round"/>`;
    }
  }
}

function path(run: readonly Spot[]): string {
  const [first, ...more] = run.map(({ x, y }) => `${short(x)} ${short(y)}`);
  // A line of no length with round ends is a dot.
  return more.length === 0 ? `M${first}h0` : `M${first}L${more.join(" ")}`;
}

/** The name of a clipping box, which is defined once. */
function clip({ left, top, right, bottom }: Box, clips: Map<string, string>): string {
  const key = [left, top, right, bottom].join();
  const id = `clip${[...clips.keys(), key].indexOf(key)}`;
  clips.set(
    key,
    `<clipPath id="${id}"><rect x="${left}" y="${top}" width="${right - left}" height="${
      bottom - top
    }"/></clipPath>`,
  );
  return id;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const ENTITIES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

function escaped(text: string): string {
  // What XML cannot say at all, and halves of letters, are left as a mark.
  // deno-lint-ignore no-control-regex -- finding control characters is what it is for
  return text.toWellFormed().replaceAll(/[\x00-\x1f\x7f\ufffe\uffff]/g, "\ufffd")
    .replaceAll(/[<>&"]/g, (letter) => ENTITIES[letter] ?? "");
}
