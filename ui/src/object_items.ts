// The objects of the stream as items of a list: 10,000 of them, of which a change is about a few.
import { objects } from "./live";
import { remembered } from "./remember";
import type { ObjectRow } from "./types";

export interface Item {
  resource: string;
  row: ObjectRow;
  host: string;
}

/** The objects of one VidraResource, and what they are counted and filtered by. */
interface Part {
  items: Item[];
  states: Map<string, number>;
  kinds: Set<string>;
  hosts: Set<string>;
}

/** Worst first. */
export const BY_STATE = ["problem", "failed", "drifted", "unknown", "terminating", "progressing", "unconfirmed", "applied", "ended", "current"];
const PLACE = new Map(BY_STATE.map((state, place) => [state, place]));

export const host = (server: string) => server.replace(/^https?:\/\//, "") || "here";

const partOf = remembered((resource, rows: ObjectRow[]): Part => {
  const items = rows.map((row) => ({ resource, row, host: host(row[4]) }));
  const states = new Map<string, number>();
  for (const { row } of items) states.set(row[5], (states.get(row[5]) ?? 0) + 1);
  return { items, states, kinds: new Set(rows.map((row) => row[0])), hosts: new Set(items.map((item) => item.host)) };
});

export interface All {
  parts: Part[];
  count: number;
  states: Map<string, number>;
  kinds: Set<string>;
  hosts: Set<string>;
}

/** Everything in the stream. */
export function all(): All {
  const found: All = { parts: [], count: 0, states: new Map(), kinds: new Set(), hosts: new Set() };
  for (const [resource, rows] of objects.value) {
    const part = partOf(resource, rows);
    found.parts.push(part);
    found.count += part.items.length;
    for (const [state, count] of part.states) found.states.set(state, (found.states.get(state) ?? 0) + count);
    for (const kind of part.kinds) found.kinds.add(kind);
    for (const each of part.hosts) found.hosts.add(each);
  }
  return found;
}

/** Those that pass a test, the worst first: put in place by state, not sorted. */
export function worstFirst(parts: Part[], test: ((item: Item) => boolean) | undefined): Item[] {
  const places: Item[][] = [...BY_STATE, ""].map(() => []);
  for (const part of parts)
    for (const item of part.items) if (!test || test(item)) places[PLACE.get(item.row[5]) ?? BY_STATE.length]!.push(item);
  return places.flat();
}
