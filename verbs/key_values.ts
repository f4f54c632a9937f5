/** `key=value` parameters as operators write them. @module */
import type { Float } from "../internal/float.ts";
import { resolvePlain12, type ScalarValue } from "../site/yaml_scalars.ts";
import type { YamlNode } from "../site/yaml_node.ts";
import { readYaml } from "../site/yaml_tree.ts";

/** A parameter's value. Integral floats are `Float`, so that 2 and 2.0 stay apart on the wire. */
export type ParamValue =
  | ScalarValue
  | Float
  | readonly ParamValue[]
  | { readonly [key: string]: ParamValue };

/**
 * Reads parameters; the value of each is a YAML flow value.
 *
 * `2` is an int, `2.0` and `1e3` are floats, `true` and `false` booleans, `null` is null, `[…]`, `{…}` and quotes are as in
 * YAML; everything else is text, with its colons and hashes. `key=` is the empty text. Unlike in site files `on`, `off`,
 * `yes` and `no` are texts: that is what devices are told.
 *
 * @throws {SyntaxError} If one is not `key=value`, its YAML is wrong, or a key is there twice.
 */
export async function parseKeyValues(texts: readonly string[]): Promise<Record<string, ParamValue>> {
  const params = new Map<string, ParamValue>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 1) {
      throw new SyntaxError(`Cannot read parameter "${text}": expected key=value, such as delay=2.0`);
    }
    const key = text.slice(0, equals).trim();
    if (params.has(key)) {
      throw new SyntaxError(`Cannot read parameter "${text}": "${key}" is there a second time`);
    }
    params.set(key, await parseValue(text.slice(equals + 1), text));
  }
  return Object.fromEntries(params);
}

async function parseValue(text: string, whole: string): Promise<ParamValue> {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  // A plain scalar stays whole: URLs, times and "a, b" need no quotes.
  if (!/^[[{"'!]/.test(trimmed)) return resolvePlain12(trimmed);
  const { root, problems } = await readYaml(trimmed, { resolvePlain: resolvePlain12 });
  const [problem] = problems;
  if (problem !== undefined || root === undefined) {
    throw new SyntaxError(
      `Cannot read parameter "${whole}": ${problem?.what ?? "it is empty"} (character ${
        problem?.column ?? 1
      } of ` +
        "the value), expected a YAML value such as [--band, 4]",
    );
  }
  return valueOf(root);
}

function valueOf(node: YamlNode): ParamValue {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(valueOf);
  return Object.fromEntries([...node.entries.values()].map(({ key, value }) => [key, valueOf(value)]));
}
