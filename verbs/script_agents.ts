/** The clients of a saved script. @module */
import { scriptText } from "./script_value.ts";

/** Rights of a request: a level, or the password that was not kept. */
export type ScriptPrivs = 2 | 3 | "password" | undefined;

/** Names the clients, and connects each before its first use. */
export class ScriptAgents {
  readonly #atPrompt: ReadonlyMap<string, string>;
  readonly #taken: Set<string>;
  readonly #names = new Map<string, string>();
  #fresh: string[] = [];

  /**
   * @param atPrompt Instance ids by the names they had at the prompt.
   * @param taken Names that mean something else in the script.
   */
  constructor(atPrompt: ReadonlyMap<string, string>, taken: ReadonlySet<string>) {
    this.#atPrompt = atPrompt;
    this.#taken = new Set(taken);
  }

  /** The name of an agent's client with some rights. */
  use(instanceId: string, privs: ScriptPrivs): string {
    const key = `${privs ?? ""} ${instanceId}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#newName(instanceId, privs);
    this.#names.set(key, name);
    const rights = privs === undefined ? "" : `, privs: ${privs === "password" ? "PASSWORD" : privs}`;
    const options = rights === "" ? "SITE" : `{ ...SITE${rights} }`;
    this.#fresh.push(`await using ${name} = await OCSClient.connect(${scriptText(instanceId)}, ${options});`);
    return name;
  }

  /** Makes the client of a variable of the prompt, if the name is one. */
  useName(name: string): void {
    const instanceId = this.#atPrompt.get(name);
    if (instanceId !== undefined && !this.#taken.has(name)) this.use(instanceId, undefined);
  }

  /** The statements that connect what was used for the first time since the last call. */
  takeNew(): readonly string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #newName(instanceId: string, privs: ScriptPrivs): string {
    const known = [...this.#atPrompt].find(([, instance]) => instance === instanceId)?.[0];
    const base = known ?? `agent_${instanceId.replaceAll(/[^\p{ID_Continue}$]/gu, "_")}`;
    let name = privs === undefined ? base : `${base}_${privs === "password" ? "private" : `level${privs}`}`;
    while (this.#taken.has(name)) name += "_";
    if (privs !== undefined || name !== known) this.#taken.add(name);
    return name;
  }
}
