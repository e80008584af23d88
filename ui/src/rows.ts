// The rows of the stream, each with its kind and name, and which of them need somebody.
import { type Ref, RESOURCE, ofKey } from "./kinds";
import { resources, syncs } from "./live";
import { remembered } from "./remember";
import type { ResourceRow, Row, State, SyncRow } from "./types";

export type Item = Row & Ref;
export type SyncItem = SyncRow & Ref & { key: string };
export type ResourceItem = ResourceRow & Ref;

const syncItem = remembered((key, row: SyncRow): SyncItem => ({ ...row, ...ofKey(key), key }));
const resourceItem = remembered((name, row: ResourceRow): ResourceItem => ({ ...row, kind: RESOURCE, name }));

export function allSyncs(): SyncItem[] {
  return Array.from(syncs.value, ([key, row]) => syncItem(key, row));
}

export function allResources(): ResourceItem[] {
  return Array.from(resources.value, ([name, row]) => resourceItem(name, row));
}

/** Worst first. */
export const ORDER: State[] = ["failing", "held", "unreachable", "waiting", "progressing", "deleting", "suspended", "ready"];

export function worstFirst(a: Item, b: Item): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind < b.kind ? -1 : 1);
}

/** What is counted on the overview; each is a filter of the list too. */
export const COUNTERS: [string, (row: Row) => boolean][] = [
  ["failing", (row) => row.state === "failing"],
  ["held", (row) => Boolean(row.held)],
  ["waiting", (row) => row.state === "waiting"],
  ["drifting", (row) => Boolean(row.drifted)],
  ["unreachable", (row) => row.state === "unreachable"],
];

/** The keys of the syncs that something of them puts under a counter: the sync itself, or a VidraResource of it. */
export function syncsWith(test: (row: Row) => boolean): Set<string> {
  const keys = new Set<string>();
  for (const [key, row] of syncs.value) if (test(row)) keys.add(key);
  for (const row of resources.value.values()) if (row.sync && test(row)) keys.add(row.sync);
  return keys;
}

/** Whether somebody has to do something, or to look. */
export function needs(row: Row): boolean {
  return !["ready", "suspended", "progressing", "deleting"].includes(row.state) || Boolean(row.drifted);
}

/** The word for a row, which a drift changes although it is ready. */
export function shownState(row: Row): string {
  return row.state === "ready" && row.drifted ? "drifting" : row.state;
}
