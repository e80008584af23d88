// The one stream of this tab: all rows, then their changes. Closed while the tab is hidden.
import { batch, effect, signal } from "@preact/signals";
import { BASE, Failure, passed, proof } from "./api";
import { secret } from "./session";
import { slot } from "./slots";
import type { ClusterRow, ObjectRow, ResourceRow, SyncRow, Table, Visible } from "./types";

const SILENT = 40_000; // the server says something every 15 s
const HIDDEN = 10_000;
const TAKING_TURNS = 5_000; // for a tab beyond those that have a stream of their own
const AGAIN = [500, 1_000, 2_000, 5_000, 10_000];

export const syncs = signal<ReadonlyMap<string, SyncRow>>(new Map());
export const resources = signal<ReadonlyMap<string, ResourceRow>>(new Map());
export const clusters = signal<ReadonlyMap<string, ClusterRow[]>>(new Map());
export const objects = signal<ReadonlyMap<string, ObjectRow[]>>(new Map());
/** Whether the rows of the page that is shown have arrived. */
export const loaded = signal(false);
/** Why no changes arrive; empty while they do. */
export const down = signal("");
/** When the last byte arrived (ms since 1970). */
export const heardAt = signal(0);
/** How many prunes are held, on whatever page. */
export const held = signal(0);
/** Whether the server sees each kind. */
export const sight = signal<Record<string, Visible>>({});

const TABLES: Record<Table, { value: ReadonlyMap<string, unknown> }> = { syncs, resources, clusters, objects };

let wanted = "";
let running: AbortController | undefined;
let failures = 0;

/** Show these tables from now on. */
export function want(tables: Table[], only: { sync?: string; resource?: string } = {}): void {
  const query = new URLSearchParams({ tables: tables.join(","), ...only }).toString();
  if (query === wanted) return;
  wanted = query;
  failures = 0;
  loaded.value = false;
  for (const table of Object.values(TABLES)) table.value = new Map();
  restart();
}

/** Connect anew, now. */
export function restart(): void {
  running?.abort();
  if (!wanted || !secret.peek()) return;
  running = new AbortController();
  void follow(wanted, running);
}

async function follow(query: string, control: AbortController): Promise<void> {
  let silent = 0;
  const heard = () => {
    heardAt.value = Date.now();
    clearTimeout(silent);
    silent = setTimeout(() => control.abort("silent"), SILENT);
  };
  const free = await slot();
  try {
    heard();
    const response = await fetch(`${BASE}api/stream?${query}`, { headers: proof(), signal: control.signal });
    for await (const [name, data] of events((await passed(response)).body!, heard)) {
      batch(() => take(name, data));
      if (!free) return control.abort("its turn is over"), void setTimeout(() => control === running && restart(), TAKING_TURNS);
    }
    throw new Failure(0, "the stream ended");
  } catch (error) {
    if (control.signal.aborted && control.signal.reason !== "silent") return;
    const status = error instanceof Failure ? error.status : 0;
    down.value = status ? (error as Failure).message : "the page's server does not answer";
    if (status === 401) return;
    const pause = AGAIN[Math.min(failures++, AGAIN.length - 1)]!;
    setTimeout(() => control === running && restart(), pause);
  } finally {
    free?.();
    clearTimeout(silent);
  }
}

async function* events(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<[string, never]> {
  let rest = "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = parts.pop()!;
    for (const part of parts) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
      if (name && data) yield [name, JSON.parse(data) as never];
    }
  }
}

type Rows = Partial<Record<Table, Record<string, unknown>>>;

function take(name: string, data: { tables: Rows; sight: Record<string, Visible>; held: number; why: string }): void {
  if (name === "snapshot") {
    for (const [table, rows] of Object.entries(data.tables))
      TABLES[table as Table].value = new Map(Object.entries(rows));
    [sight.value, held.value] = [data.sight, data.held];
    loaded.value = true;
    down.value = "";
    failures = 0;
  } else if (name === "delta") {
    for (const [table, rows] of Object.entries(data as unknown as Rows)) change(table as Table, rows);
  } else if (name === "sight") [sight.value, held.value] = [data.sight, data.held];
  else if (name === "end") down.value = data.why;
}

function change(table: Table, rows: Record<string, unknown>): void {
  const next = new Map(TABLES[table].value);
  for (const [key, row] of Object.entries(rows)) {
    if (row === null) next.delete(key);
    else next.set(key, row);
  }
  TABLES[table].value = next;
}

function pause(): void {
  running?.abort();
  running = undefined;
}

let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(pause, HIDDEN);
  else if (!running) restart();
});
// A page that the browser keeps for its back button would keep one of the six connections of this origin.
addEventListener("pagehide", pause);
addEventListener("pageshow", (event) => event.persisted && restart());
effect(() => {
  if (secret.value) restart();
});
