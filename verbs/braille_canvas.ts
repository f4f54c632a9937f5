/** A canvas of dots made of braille letters. @module */

/** Dots of a braille letter by row and column, as Unicode numbers them. */
const DOTS: readonly (readonly [number, number])[] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const BLANK = 0x2800;

/** Dots, two across and four down for each letter; from the top left. */
export class BrailleCanvas {
  /** Dots across. */
  readonly width: number;
  /** Dots down. */
  readonly height: number;
  readonly #columns: number;
  readonly #cells: Uint8Array;

  /** An empty canvas of so many letters. */
  constructor({ columns, rows }: { readonly columns: number; readonly rows: number }) {
    this.#columns = columns;
    this.width = columns * 2;
    this.height = rows * 4;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** Sets one dot; what lies outside is left out. */
  set(x: number, y: number): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    const cell = Math.floor(y / 4) * this.#columns + Math.floor(x / 2);
    this.#cells[cell] = (this.#cells[cell] ?? 0) | (DOTS[y % 4]?.[x % 2] ?? 0);
  }

  /** Sets the dots of a column between two rows, both included. */
  column(x: number, fromY: number, toY: number): void {
    const low = Math.max(0, Math.min(fromY, toY));
    const high = Math.min(this.height - 1, Math.max(fromY, toY));
    for (let y = low; y <= high; y++) this.set(x, y);
  }

  /** Rows of letters, blanks as spaces so that a copied plot stays one. */
  lines(): string[] {
    const lines: string[] = [];
    for (let start = 0; start < this.#cells.length; start += this.#columns) {
      const letters = Array.from(
        this.#cells.subarray(start, start + this.#columns),
        (dots) => dots === 0 ? " " : String.fromCharCode(BLANK + dots),
      );
      lines.push(letters.join(""));
    }
    return lines;
  }
}
