/** What the table of classes holds. @module */
import type { ReadableClass } from "./archive_reader.ts";
import type { WritableClass } from "./archive_writer.ts";
import type { G3Object } from "./objects.ts";

/** How the objects of one class are stored (g3 2.3). */
export interface G3Class<T extends G3Object> extends ReadableClass<T>, WritableClass<T> {}

/** The classes that can be decoded, by name. Make a table of your own to add to it or take from it. */
export type G3ClassTable = ReadonlyMap<string, G3Class<G3Object>>;
