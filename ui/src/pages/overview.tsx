// What needs somebody, what changed last, and how much of everything there is.
import { useEffect } from "preact/hooks";
import { loaded, resources, sight, syncs, want } from "../live";
import { Link } from "../parts/link";
import { Advice, Ago, Badge, Command, Empty, ORDER, plural } from "../parts/words";
import { to } from "../router";
import type { Row, SyncRow } from "../types";

type Named<T extends Row> = T & { name: string };

export const COUNTERS: [string, string, (row: Row) => boolean][] = [
  ["failing", "failing", (row) => row.state === "failing"],
  ["held", "held", (row) => Boolean(row.held)],
  ["waiting", "waiting", (row) => row.state === "waiting"],
  ["drifting", "drifting", (row) => Boolean(row.drifted)],
  ["unreachable", "unreachable", (row) => row.state === "unreachable"],
];

export function named<T extends Row>(rows: ReadonlyMap<string, T>): Named<T>[] {
  return [...rows].map(([name, row]) => ({ ...row, name }));
}

export function worstFirst(a: Row, b: Row): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state);
}

/** The syncs that something of them puts under a counter: the sync itself, or a VidraResource of it. */
export function syncsWith(test: (row: Row) => boolean): Set<string> {
  const names = new Set(named(syncs.value).filter(test).map((row) => row.name));
  for (const row of resources.value.values()) if (row.sync && test(row)) names.add(row.sync);
  return names;
}

/** Whether somebody has to do something, or to look. */
function needs(row: Row): boolean {
  return !["ready", "suspended", "progressing", "deleting"].includes(row.state) || Boolean(row.drifted);
}

export function Overview() {
  useEffect(() => want(["syncs", "resources"]), []);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const all = named(syncs.value);
  const byHand = named(resources.value).filter((row) => !row.sync);
  const fine = new Set(all.filter((row) => !needs(row)).map((row) => row.name));
  const alone = named(resources.value).filter((row) => !row.sync || fine.has(row.sync));
  const troubled = [...all, ...alone].filter(needs).sort(worstFirst);
  const newest = [...all].filter((row) => row.changed).sort((a, b) => (b.changed! > a.changed! ? 1 : -1));
  if (!all.length && !byHand.length) return <Nothing />;
  const objects = [...resources.value.values()].reduce((sum, row) => sum + (row.objects ?? 0), 0);
  return (
    <>
      <h1 class="sr">Overview</h1>
      <ul class="counters">
        {COUNTERS.map(([name, word, test]) => {
          const count = syncsWith(test).size + byHand.filter(test).length;
          return (
            <li key={name}>
              <Link to={to(["syncs"], { state: name })} class={`counter ${count ? name : "none"}`}>
                <span class="number">{count.toLocaleString("en")}</span> {word}
              </Link>
            </li>
          );
        })}
      </ul>
      <p class="summary">
        {plural(all.length, "sync")}, {all.filter((row) => row.state === "ready").length.toLocaleString("en")} of them ready ·{" "}
        {plural(resources.value.size, "VidraResource")} · {plural(objects, "object")}
      </p>
      <section aria-labelledby="needs">
        <h2 id="needs">Needs somebody</h2>
        {troubled.length === 0 && <p class="fine">Nothing does. Every sync is as its spec says, or on its way.</p>}
        <ul class="cards">
          {troubled.slice(0, 20).map((row) => (
            <Trouble key={row.name} row={row} byHand={!("artifact" in row)} />
          ))}
        </ul>
        {troubled.length > 20 && <Link to={to(["syncs"], { sort: "State" })}>All {troubled.length.toLocaleString("en")}</Link>}
      </section>
      <section aria-labelledby="newest">
        <h2 id="newest">Newest changes</h2>
        {newest.length === 0 && <p class="faint">None yet.</p>}
        <ul class="changes">
          {newest.slice(0, 10).map((row) => (
            <li key={row.name}>
              <Ago time={row.changed} />
              <span class="clip" title={row.name}>
                <Link to={to(["syncs", row.name])}>
                  <bdi>{row.name}</bdi>
                </Link>
              </span>
              <span class="faint clip">
                <bdi>{row.message}</bdi>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Trouble({ row, byHand }: { row: Named<Row> | Named<SyncRow>; byHand: boolean }) {
  const state = row.state === "ready" && row.drifted ? "drifting" : row.state;
  return (
    <li class="card">
      <div class="card-head">
        <Badge state={state} />
        <Link to={to([byHand ? "resources" : "syncs", row.name])} class="strong">
          <bdi>{row.name}</bdi>
        </Link>
        <span class="faint">
          {row.reason} <Ago time={row.since} />
        </span>
      </div>
      <p class="message">
        <bdi>{row.message}</bdi>
      </p>
      <Advice reason={row.drifted && row.state === "ready" ? "Drifted" : row.reason} />
    </li>
  );
}

/** What is said where nothing is: what cannot be seen is not taken for what is not there. */
export function Nothing() {
  if (Object.values(sight.value).some((seen) => !seen.current))
    return <Empty title="Nothing can be seen here now" />;
  return (
    <Empty title="There is no sync yet">
      <p>A sync says which artifacts of which Infrahub go where. Make one, then see whether Vidra has all that it needs:</p>
      <p>
        <Command text="vidra infrahubsync apply --help" />
      </p>
      <p>
        <Command text="vidra check" />
      </p>
    </Empty>
  );
}
