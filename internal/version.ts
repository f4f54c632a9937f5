/** Version of this toolkit. @module */
import settings from "../deno.json" with { type: "json" };

/** As in `deno.json`. */
export const VERSION: string = settings.version;
