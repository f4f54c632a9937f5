/** Tells the operator what happens. @module */
import type { FleetEvent } from "../verbs/fleet_event.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { Look } from "../verbs/look.ts";
import { eventTexts } from "./event_texts.ts";
import type { OwnOperations } from "./own_operations.ts";

/** How events are told. */
export interface EventTellerOptions {
  readonly own: OwnOperations;
  readonly tell: (text: string) => void;
  readonly look: Look;
}

/** What happens within so long is told together: a host that dies takes many agents with it. */
const GATHER_MS = 200;

/** Gathers events for a moment and tells them. Whoever makes it disposes of it. */
export class EventTeller implements Disposable {
  readonly #options: EventTellerOptions;
  readonly #listening: Disposable;
  readonly #ownEnds = new Set<FleetEvent>();
  #events: FleetEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins to listen. */
  constructor(fleet: Pick<FleetWatch, "onEvent">, options: EventTellerOptions) {
    this.#options = options;
    this.#listening = fleet.onEvent((event) => this.#take(event));
  }

  /** Ends; what was gathered is told. */
  [Symbol.dispose](): void {
    this.#listening[Symbol.dispose]();
    this.#flush();
  }

  #take(event: FleetEvent): void {
    const { own } = this.#options;
    if (event.kind === "operation-ended") {
      const { agent, op } = event;
      const isOwn = own.has(agent, op);
      if (isOwn) own.forget(agent, op);
      if (own.sawEnd(agent, op) || own.isShown(agent, op)) return;
      if (isOwn) this.#ownEnds.add(event);
    }
    if (event.kind === "agent-returned" && event.restarted) own.forget(event.agent);
    this.#events.push(event);
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    const { tell, look, own } = this.#options;
    const texts = eventTexts(events, {
      look,
      isOwn: (event) => this.#ownEnds.has(event),
      ownOf: (agent) => own.running.filter((one) => one.agent === agent).map(({ op }) => op),
    });
    this.#ownEnds.clear();
    if (texts.length > 0) tell(texts.join("\n"));
  }
}
