/** One procedure, over sessions. @module */
import type { Registration as WireRegistration } from "../deps/autobahn.ts";
import { toError } from "../internal/to_error.ts";
import { WampError } from "../wamp/mod.ts";
import type { JoinedSession } from "./_joined_session.ts";
import { textOf } from "./_session_machine.ts";
import { isLoss, Retry, type UsesOptions } from "./_use_support.ts";
import { NotConnectedError } from "./errors.ts";
import type { Floats, RegisterOptions, Registration, WampInvocation } from "./wamp_session.ts";

/** One procedure. */
export class RegistrationUse {
  readonly procedure: string;
  readonly #handler: (invocation: WampInvocation) => unknown;
  readonly #floats: Floats | undefined;
  readonly #release: () => void;
  readonly #wireOptions: Readonly<Record<string, unknown>>;
  readonly #options: UsesOptions;
  readonly #forget: () => void;
  readonly #retry: Retry;
  #wire: WireRegistration | undefined;
  #session: JoinedSession | undefined;
  #ready: Promise<void> | undefined;
  #ended = false;

  /** Nothing is sent before `first`. */
  constructor(
    procedure: string,
    handler: (invocation: WampInvocation) => unknown,
    register: RegisterOptions,
    options: UsesOptions,
    forget: () => void,
  ) {
    this.procedure = procedure;
    this.#handler = handler;
    this.#options = options;
    this.#forget = forget;
    this.#retry = new Retry(options);
    const { match, invoke, forceReregister, floats } = register;
    this.#floats = floats;
    this.#release = options.floatMode.enter(floats);
    this.#wireOptions = {
      ...(match === undefined || match === "exact" ? {} : { match }),
      ...(invoke === undefined ? {} : { invoke }),
      ...(forceReregister ? { force_reregister: true } : {}),
    };
  }

  /** The first REGISTER: refused is refused. */
  async first(): Promise<Registration> {
    try {
      this.#ready = this.#register();
      await this.#ready;
    } catch (error) {
      this.#ended = true;
      this.#release();
      this.#forget();
      throw error;
    }
    const unregister = () => this.#unregister();
    return { procedure: this.procedure, unregister, [Symbol.asyncDispose]: unregister };
  }

  /** Registers on a new session; a refusal is reported and tried again (it may be our own dead predecessor). */
  async renew(session: JoinedSession): Promise<void> {
    if (this.#ended) return;
    try {
      this.#ready = this.#register();
      await this.#ready;
      this.#retry.reset();
    } catch (error) {
      if (isLoss(error) || !session.isOpen) return;
      this.#options.logger.warn(`Cannot register "${this.procedure}" again: ${textOf(error)}; trying again`);
      this.#options.onRefused(this.procedure, toError(error));
      this.#retry.later(() => void this.renew(session));
    }
  }

  /** The session is gone. */
  lost(): void {
    this.#retry.end();
    this.#wire = undefined;
    this.#session = undefined;
  }

  async #register(): Promise<void> {
    const session = this.#options.session();
    if (session === undefined) {
      throw new NotConnectedError(`Cannot register "${this.procedure}": not connected`);
    }
    const wire = await session.register(this.procedure, this.#wireOptions, this.#handler, this.#floats);
    this.#wire = wire;
    this.#session = session;
    wire.on_unregister.then((reason) => {
      if (this.#wire !== wire || this.#ended) return;
      this.#wire = undefined;
      this.#options.logger.warn(
        `The router ended the registration of "${this.procedure}": ${reason}; trying again`,
      );
      this.#options.onRefused(
        this.procedure,
        new WampError("wamp.error.unregistered", [`The router ended the registration: ${reason}`]),
      );
      this.#retry.later(() => void this.renew(session));
    });
  }

  async #unregister(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    this.#retry.end();
    this.#forget();
    await this.#ready?.catch(() => {});
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire === undefined) return;
    try {
      await this.#session?.unregister(wire);
    } catch (error) {
      if (!isLoss(error)) {
        this.#options.logger.warn(`Cannot unregister "${this.procedure}": ${textOf(error)}`);
      }
    }
  }
}
