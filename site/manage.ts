/** The `manage` values of instances (spec 6.4). @module */
import type { Manage } from "./site.ts";

/** Every way to write it, and what it means. */
export const MANAGE_VALUES: Readonly<Record<string, Manage>> = {
  "host/up": "host/up",
  "host/down": "host/down",
  "docker/up": "docker/up",
  "docker/down": "docker/down",
  "ignore": "ignore",
  "yes": "host/up",
  "no": "ignore",
  "docker": "docker/up",
  "host": "host/up",
  "up": "host/up",
  "down": "host/down",
};
