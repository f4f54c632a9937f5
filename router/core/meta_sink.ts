/** Where broker and dealer tell what happened to subscriptions and registrations (spec 6.2). @module */

/** Publishes a meta event; `args` is only called when somebody subscribed. */
export type MetaSink = (topic: string, args: () => readonly unknown[]) => void;
