/**
 * The `ocs` command.
 *
 *     deno run -A cli/main.ts --help
 *
 * @module
 */
import { ExitCode } from "../verbs/exit_code.ts";
import { type Console, processConsole } from "./output.ts";

/**
 * Runs one command line and resolves with its exit code when everything is printed.
 *
 * Only what the verb needs is loaded: an agent starts without the parser of the command line.
 */
export async function main(
  args: readonly string[],
  console: Console = processConsole(),
): Promise<ExitCode | number> {
  const code = await codeOf(args, console);
  await console.out.flush();
  const { failure } = console.out;
  // A result that is in no file must not look like one.
  if (failure !== undefined) {
    await console.err.print(`Error: Cannot write to standard output: ${failure.message}`);
  }
  await console.err.flush();
  return failure !== undefined && code === ExitCode.OK ? ExitCode.FAILED : code;
}

async function codeOf(args: readonly string[], console: Console): Promise<ExitCode | number> {
  try {
    return await runCommandLine(args, console);
  } catch (error) {
    const { errorJson, explainError } = await import("./explain_error.ts");
    const { text, code } = explainError(error, console.err.look);
    await console.err.print(text);
    if (args.includes("--json")) await console.out.print(errorJson(error, code));
    return code;
  }
}

async function runCommandLine(args: readonly string[], console: Console): Promise<number> {
  if (args[0] === "agent" && args[1] !== "--help" && args[1] !== "-h") {
    const { runAgentCommand } = await import("./run_agent_command.ts");
    return await runAgentCommand(args.slice(1), console);
  }
  const { parseCommand } = await import("./parse_command.ts");
  const { columns, colors } = console.out.look;
  // Words that need more words show what these can be.
  const incomplete = args.length === 0 ||
    args.length === 1 && ["client", "config", "g3", "hk"].includes(args[0] ?? "");
  const parsed = parseCommand(incomplete ? [...args, "--help"] : args, { columns, colors });
  if (!("command" in parsed)) {
    if (parsed.out !== "") await console.out.write(parsed.out);
    if (parsed.err !== "") await console.err.write(parsed.err);
    if (parsed.err !== "" && args.includes("--json")) {
      const [{ errorJson, UsageError }, { withoutColors }] = await Promise.all([
        import("./explain_error.ts"),
        import("../internal/without_colors.ts"),
      ]);
      const text = withoutColors(parsed.err).replace(/^Error: /, "").trim();
      await console.out.print(errorJson(new UsageError(text), ExitCode.USAGE));
    }
    return incomplete ? ExitCode.USAGE : parsed.code;
  }
  const { runCommand } = await import("./run_command.ts");
  return await runCommand(parsed.command, console);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
