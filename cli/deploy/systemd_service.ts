/** Unit file and launcher of a service, as OCS's templates make them (spec ocs 7.5). @module */

/** A service of systemd, and the script that it starts. */
export interface SystemdService {
  /** What `systemctl status` shows. */
  readonly description: string;
  /** Absolute path of the launcher. */
  readonly launcher: string;
  /** Absolute path of the unit file, for a comment. */
  readonly unit: string;
  /** Who runs it. */
  readonly user: string;
  /** Path of the shell that runs the launcher. */
  readonly shell: string;
  /** Absolute path of the site file. */
  readonly siteFile: string;
  /** Program and first words; the variable that holds the program can be changed in the launcher. */
  readonly program: ServiceProgram;
  /** Words behind `--site-file`. */
  readonly args: readonly string[];
}

/** What a launcher starts. */
export type ServiceProgram =
  | {
    readonly kind: "python";
    /** Path of the interpreter. */
    readonly bin: string;
  }
  | {
    readonly kind: "ours";
    /** Path of Deno, or of a compiled program. */
    readonly bin: string;
    /** Words before the options. */
    readonly words: readonly string[];
    /**
     * Who gets SIGTERM first. `process`: nobody but the program, whose children are its own business, also after its
     * end; `mixed`: the program, and what is left of its children is killed after it.
     */
    readonly killMode: "process" | "mixed";
  };

/** The text of the unit file. */
export function unitText({ description, launcher, user, program }: SystemdService): string {
  const ours = program.kind === "ours";
  return `[Unit]
Description=${description.replaceAll("%", "%%")}
${ours ? "Wants=network-online.target\nAfter=network-online.target\n" : ""}
[Service]
ExecStart=${unitWord(launcher)}
User=${user}
Restart=always
RestartSec=10s
${ours ? `KillMode=${program.killMode}` : ""}

[Install]
WantedBy=multi-user.target
`;
}

/** The text of the launcher. For Python's programs it is what `ocs-install-systemd` writes, byte for byte. */
export function launcherText({ shell, unit, siteFile, program, args }: SystemdService): string {
  const [variable, start] = program.kind === "python"
    ? ["PYTHON", `${use("PYTHON", program.bin)} -m ocs.agent_cli`]
    // In the shell's place: the signals of systemd are for the program.
    : ["OCS", `exec ${[use("OCS", program.bin), ...program.words.map(shellWord)].join(" ")}`];
  return `#!${shell}

# This launcher script is for use by systemd; a corresponding systemd
# service file was probably installed to ${unit}.

### Add / modify environment and launch variables here.

SITE_FILE=${shellWord(siteFile)}
${variable}=${shellWord(program.bin)}

###

${start} \\
  --site-file=${use("SITE_FILE", siteFile)} \\
  ${args.map(shellWord).join("  \\\n  ")}
`;
}

const PLAIN = /^[A-Za-z0-9_@+=:,./-]+$/;

/** A word as a shell reads it; a plain one stays as Python writes it. */
function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A variable in a command: in quotes where its value would be cut into words. */
function use(name: string, value: string): string {
  return PLAIN.test(value) ? `\${${name}}` : `"\${${name}}"`;
}

/** A path as systemd reads it; quotes and the like it does not take, see `plan_systemd.ts`. */
function unitWord(path: string): string {
  return PLAIN.test(path) ? path : `"${path.replaceAll("%", "%%")}"`;
}
