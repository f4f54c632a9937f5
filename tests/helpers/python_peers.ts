// deno-lint-ignore-file no-console -- making the environment takes minutes, and whoever waits should know
/** The Python reference stack: ocs, socs, crossbar, so3g, autobahn-python. @module */
import { cached, digest } from "./cache.ts";
import { Program } from "./process.ts";

/** A virtual environment with the Python peers. */
export interface PythonPeers {
  /** Folder of the virtual environment. */
  readonly folder: string;
  /** The interpreter. */
  readonly python: string;
  /** Path of a program of the environment, such as `crossbar` or `ocs-agent-cli`. */
  program(name: string): string;
}

const REQUIREMENTS = new URL("./python_requirements.txt", import.meta.url);
const INTERPRETERS = ["python3.11", "python3.12", "python3.10", "python3"];

function peersIn(folder: string): PythonPeers {
  return { folder, python: `${folder}/bin/python`, program: (name) => `${folder}/bin/${name}` };
}

/** The first interpreter that can make an environment with our pinned packages. */
async function findInterpreter(): Promise<string> {
  for (const name of INTERPRETERS) {
    try {
      const { stdout } = await new Deno.Command(name, {
        args: ["-c", "import sys, venv; print(sys.version_info[1])"],
        stderr: "null",
      }).output();
      const minor = Number(new TextDecoder().decode(stdout));
      if (minor === 11 || minor === 12) return name;
    } catch {
      continue; // not installed
    }
  }
  throw new Error(
    `Cannot make the Python environment: none of ${INTERPRETERS.join(", ")} is Python 3.11 or 3.12`,
  );
}

async function makeEnvironment(folder: string, requirements: string): Promise<void> {
  console.log(`making the Python environment ${folder} (once; takes some minutes)`);
  const interpreter = await findInterpreter();
  await Program.run({ name: "python -m venv", command: interpreter, args: ["-m", "venv", folder] });
  const file = `${folder}/requirements.txt`;
  await Deno.writeTextFile(file, requirements);
  await Program.run({
    name: "pip install",
    command: `${folder}/bin/pip`,
    // The list is complete, so pip need not (and must not) choose anything itself.
    args: ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "-r", file],
    timeoutMs: 20 * 60_000,
  });
  // Fails here, with the reason, rather than in some test: the imports that tests rely on.
  await Program.run({
    name: "import of the Python peers",
    command: `${folder}/bin/python`,
    args: ["-c", "import ocs, so3g, crossbar, autobahn, cbor2, msgpack, ujson, requests, socs.db.suprsync"],
  });
}

/**
 * Gets the Python peers ready: `OCS_PEERS` if set, else an environment of our own in the cache folder.
 *
 * @throws {Error} If there is no suitable Python, or a package cannot be installed.
 */
export async function pythonPeers(): Promise<PythonPeers> {
  const ready = Deno.env.get("OCS_PEERS");
  if (ready !== undefined && ready !== "") {
    const peers = peersIn(ready);
    await Deno.stat(peers.program("ocs-agent-cli")).catch((cause) => {
      throw new Error(
        `Cannot use OCS_PEERS "${ready}": expected a virtual environment with ocs and crossbar`,
        {
          cause,
        },
      );
    });
    return peers;
  }
  const requirements = await Deno.readTextFile(REQUIREMENTS);
  const name = `python-${await digest(requirements)}`;
  return peersIn(await cached(name, (folder) => makeEnvironment(folder, requirements)));
}

if (import.meta.main) console.log((await pythonPeers()).folder);
