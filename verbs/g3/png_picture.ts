/** A picture as PNG: a small painter, and the file around its pixels. @module */
import { crc32, deflateSync } from "node:zlib";
import type { Box, Picture, Shape, Spot } from "./picture.ts";
import { letterOf, textPixels } from "./plot_font.ts";

/** Paints a picture and writes it as PNG. */
export function pngOf({ width, height, shapes }: Picture): Uint8Array {
  const painter = new Painter(width, height);
  for (const shape of shapes) painter.draw(shape);
  return pngFile(painter);
}

type Color = readonly [number, number, number];

/** Pixels, white at first. */
class Painter {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly pixels: Uint8Array;
  /** How much of each pixel the shape at hand covers: a line that crosses itself is not darker there. */
  readonly #cover: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3).fill(255);
    this.#cover = new Float32Array(width * height);
  }

  draw(shape: Shape): void {
    const color = colorOf(shape.color);
    switch (shape.kind) {
      case "rect": {
        const { x, y, width, height } = shape;
        const clip = this.#whole({ left: x, top: y, right: x + width, bottom: y + height });
        for (let row = clip.top; row < clip.bottom; row++) {
          for (let column = clip.left; column < clip.right; column++) this.#blend(column, row, 1, color);
        }
        return;
      }
      case "text":
        return this.#text(shape, color);
      case "curve": {
        for (const run of shape.runs) {
          run.forEach((spot, at) => this.#segment(run[at - 1] ?? spot, spot, shape.width / 2, shape.clip));
        }
        return this.#paint(shape.clip, color);
      }
      default:
        for (const spot of shape.spots) this.#segment(spot, spot, shape.radius, shape.clip);
        return this.#paint(shape.clip, color);
    }
  }

  /** Whole pixels within the picture. */
  #whole({ left, top, right, bottom }: Box): Box {
    return {
      left: Math.max(0, Math.round(left)),
      top: Math.max(0, Math.round(top)),
      right: Math.min(this.width, Math.round(right)),
      bottom: Math.min(this.height, Math.round(bottom)),
    };
  }

  /** Covers what is nearer to the line than `radius`, with soft edges. */
  #segment(from: Spot, to: Spot, radius: number, clip: Box): void {
    const reach = radius + 1;
    const near = this.#whole({
      left: Math.max(clip.left, Math.floor(Math.min(from.x, to.x) - reach)),
      top: Math.max(clip.top, Math.floor(Math.min(from.y, to.y) - reach)),
      right: Math.min(clip.right, Math.ceil(Math.max(from.x, to.x) + reach)),
      bottom: Math.min(clip.bottom, Math.ceil(Math.max(from.y, to.y) + reach)),
    });
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const squared = dx * dx + dy * dy;
    for (let row = near.top; row < near.bottom; row++) {
      for (let column = near.left; column < near.right; column++) {
        const [px, py] = [column + 0.5 - from.x, row + 0.5 - from.y];
        const part = squared === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / squared));
        const distance = Math.hypot(px - part * dx, py - part * dy);
        const covered = Math.min(1, radius + 0.5 - distance);
        const at = row * this.width + column;
        if (covered > (this.#cover[at] ?? 0)) this.#cover[at] = covered;
      }
    }
  }

  /** Paints what is covered, and forgets it. */
  #paint(clip: Box, color: Color): void {
    const { left, top, right, bottom } = this.#whole(clip);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const at = row * this.width + column;
        const covered = this.#cover[at] ?? 0;
        if (covered === 0) continue;
        this.#blend(column, row, covered, color);
        this.#cover[at] = 0;
      }
    }
  }

  #text({ text, x, y, anchor }: Extract<Shape, { kind: "text" }>, color: Color): void {
    const width = textPixels(text);
    let pen = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    for (const character of text) {
      const { advance, left, top, rows } = letterOf(character);
      rows.forEach((row, down) =>
        row.forEach((darkness, across) => {
          const [column, line] = [Math.round(pen) + left + across, Math.round(y) + top + down];
          if (darkness > 0) this.#blend(column, line, darkness / 15, color);
        })
      );
      pen += advance;
    }
  }

  #blend(column: number, row: number, covered: number, color: Color): void {
    if (!(column >= 0 && column < this.width && row >= 0 && row < this.height)) return;
    const at = (row * this.width + column) * 3;
    color.forEach((part, channel) => {
      const under = this.pixels[at + channel] ?? 255;
      this.pixels[at + channel] = Math.round(under + (part - under) * covered);
    });
  }
}

function colorOf(text: string): Color {
  const number = parseInt(text.slice(1), 16);
  return [number >> 16, number >> 8 & 255, number & 255];
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** PNG (ISO 15948): 8 bits a channel, no filter. */
function pngFile({ width, height, pixels }: Painter): Uint8Array {
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  head.setUint8(8, 8);
  head.setUint8(9, 2);
  const rows = new Uint8Array((width * 3 + 1) * height);
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * width * 3, (row + 1) * width * 3), row * (width * 3 + 1) + 1);
  }
  const chunks = [
    SIGNATURE,
    chunk("IHDR", new Uint8Array(head.buffer)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ];
  const file = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of chunks) {
    file.set(each, at);
    at += each.length;
  }
  return file;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
