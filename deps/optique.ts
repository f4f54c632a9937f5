/** The command line of `cli/`. @module */
export * as core from "npm:@optique/core@1.3.6";
export * as run from "npm:@optique/run@1.3.6";
