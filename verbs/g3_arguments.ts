/** What the verbs of `g3` have in common, as data for the parser. @module */
import { argument, merge, message, multiple } from "../deps/optique.ts";
import { JSON_OPTION, NO_REQUEST_OPTIONS, NO_SITE_OPTIONS } from "./common_options.ts";
import { filePath } from "./file_path.ts";

/** Files and folders. */
export const G3_FILES = multiple(
  argument(filePath(), {
    description: message`Files (.g3, also .gz, .bz2, .zst), or folders: all such files below them.`,
  }),
  { min: 1, errors: { tooFew: message`Expected a file or a folder.` } },
);

/** What all have that only read files: neither site nor agents. */
export const G3_COMMON = merge(JSON_OPTION, NO_REQUEST_OPTIONS, NO_SITE_OPTIONS);
