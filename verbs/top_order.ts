/** What the table of `top` can be sorted by. @module */

/** What rows can be sorted by. */
export const TOP_ORDERS = ["trouble", "agent", "class", "state", "age", "operation"] as const;

/** One of the orders; `trouble` has what needs an operator first, then what runs. */
export type TopOrder = typeof TOP_ORDERS[number];

/** How a table is sorted. */
export interface TableOrder {
  readonly by: TopOrder;
  readonly reverse: boolean;
}
