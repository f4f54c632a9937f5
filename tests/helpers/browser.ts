/** A browser and its pages, driven through the DevTools protocol. @module */
import type { ChromiumProgram } from "./chromium.ts";
import { Program } from "./process.ts";
import { untilTrue, within } from "./until.ts";

const ANSWER_MS = 15_000;

/** A browser without a window; whoever starts it disposes of it. */
export class Browser implements AsyncDisposable {
  readonly #program: Program;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Map<string, (method: string, params: Record<string, unknown>) => void>();
  #lastId = 0;

  private constructor(program: Program, socket: WebSocket, profile: string) {
    this.#program = program;
    this.#socket = socket;
    this.#profile = profile;
    socket.onmessage = ({ data }) => this.#received(JSON.parse(String(data)));
  }

  /** Starts one with a profile of its own, which takes any certificate. */
  static async start({ path, env }: ChromiumProgram): Promise<Browser> {
    const profile = await Deno.makeTempDir({ prefix: "chromium_" });
    const program = Program.start({
      name: "chromium",
      command: path,
      args: [
        ...["--headless", "--remote-debugging-port=0", `--user-data-dir=${profile}`],
        // Its sandbox is not to be had by root, nor inside a container. The pages are ours.
        ...["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--ignore-certificate-errors"],
      ],
      env,
      graceMs: 3_000,
    });
    try {
      const listening = /DevTools listening on (ws:\S+)/;
      await program.untilLog(listening, 30_000);
      const socket = new WebSocket(listening.exec(program.log)?.[1] ?? "");
      await within(new Promise((resolve) => socket.onopen = resolve), ANSWER_MS, "DevTools");
      return new Browser(program, socket, profile);
    } catch (error) {
      await program.stop();
      await Deno.remove(profile, { recursive: true });
      throw error;
    }
  }

  /** Opens a page; it may still be loading. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const session = String(sessionId);
    const page = new Page((method, params) => this.send(method, params, session));
    this.#listeners.set(session, (method, params) => page.onEvent(method, params));
    await page.go(url);
    return page;
  }

  /** Sends a command of the protocol; rejects with its refusal. */
  async send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
    );
    const { result, error } = await within(answered, ANSWER_MS, `the answer of Chromium to ${method}`)
      .finally(() => this.#waiting.delete(id));
    if (error !== undefined) throw new Error(`Cannot do "${method}": ${JSON.stringify(error)}`);
    return result ?? {};
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    await this.#program.stop();
    await within(closed, ANSWER_MS, "the end of DevTools");
    await Deno.remove(this.#profile, { recursive: true });
  }

  #received(message: Answer & { id?: number; method?: string; sessionId?: string }): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    else this.#listeners.get(message.sessionId ?? "")?.(message.method ?? "", message.params ?? {});
  }
}

/** What DevTools sends. */
interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: unknown;
  readonly params?: Record<string, unknown>;
}

/** A page in a browser. */
export class Page {
  /** What it has written to its console, and errors that nobody caught. */
  readonly lines: string[] = [];
  readonly #send: (
    method: string,
    params?: Readonly<Record<string, unknown>>,
  ) => Promise<Record<string, unknown>>;

  /** Nothing is loaded yet. */
  constructor(send: Page["send"]) {
    this.#send = send;
  }

  /** Sends a command of the protocol to the page. */
  send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    return this.#send(method, params);
  }

  /** Goes to a URL. */
  async go(url: string): Promise<void> {
    await this.#send("Runtime.enable");
    await this.#send("Log.enable");
    const { errorText } = await this.#send("Page.navigate", { url });
    if (errorText !== undefined) throw new Error(`Cannot open "${url}": ${String(errorText)}`);
  }

  /** Evaluates an expression in the page, waits for it if it is a promise, and gives its value as JSON has it. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(`Cannot evaluate "${expression}": ${JSON.stringify(exceptionDetails)}`);
    }
    return (result as { readonly value?: unknown }).value; // Runtime.RemoteObject
  }

  /** Waits until an expression is truthy; the error shows the page's console. */
  async until(expression: string, timeoutMs = 15_000): Promise<void> {
    try {
      // What it is may be nothing that JSON has.
      await untilTrue(() => this.evaluate(`Boolean(${expression})`), { what: expression, timeoutMs });
    } catch (error) {
      const where = await this.evaluate("`${location} (${document.readyState})`").catch(String);
      throw new Error(
        `Cannot see "${expression}" of ${where} within ${timeoutMs} ms\n${this.lines.join("\n")}`,
        { cause: error },
      );
    }
  }

  /** Takes an event of the protocol. */
  onEvent(method: string, params: Record<string, unknown>): void {
    // `Log` is what the browser itself says, such as of a file that it could not load.
    if (["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"].includes(method)) {
      this.lines.push(`${method} ${JSON.stringify(params)}`);
    }
  }
}
