// All syncs, and the VidraResources that were made by hand.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loaded, resources, syncs, want } from "../live";
import { Choice, Search, counted, matcher } from "../parts/filters";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Ago, Badge, Empty, ORDER } from "../parts/words";
import { query, to } from "../router";
import type { Row, SyncRow } from "../types";
import { COUNTERS, Nothing, named, syncsWith, worstFirst } from "./overview";

type Item = Row & { name: string } & Partial<SyncRow>;

const COLUMNS: Column<Item>[] = [
  {
    title: "Name",
    width: "minmax(12rem, 2fr)",
    narrow: "main",
    by: (row) => row.name,
    cell: (row) => (
      <Link to={to([row.artifact === undefined ? "resources" : "syncs", row.name])} class="strong">
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  { title: "State", width: "8.5rem", narrow: "end", by: (row) => ORDER.indexOf(row.state), cell: (row) => <State row={row} /> },
  {
    title: "Message",
    width: "minmax(12rem, 4fr)",
    narrow: "note",
    by: (row) => row.reason ?? "",
    cell: (row) => (
      <span title={row.message}>
        <bdi>{row.message}</bdi>
      </span>
    ),
  },
  {
    title: "Source",
    width: "minmax(8rem, 1.6fr)",
    by: (row) => row.artifact ?? "",
    cell: (row) =>
      row.artifact === undefined ? (
        <span class="faint">by hand</span>
      ) : (
        <span title={row.infrahub}>
          <bdi>{row.artifact}</bdi> <span class="faint">@ {row.date || row.branch}</span>
        </span>
      ),
  },
  { title: "Objects", width: "5.5rem", by: (row) => row.objects ?? 0, cell: (row) => (row.objects ?? 0).toLocaleString("en") },
  {
    title: "Clusters",
    width: "5.5rem",
    by: (row) => row.clusterProgress ?? "",
    cell: (row) => row.clusterProgress || (row.server ? <span title={row.server}>1</span> : <span class="faint">here</span>),
  },
  { title: "Changed", width: "5.5rem", by: (row) => row.changed ?? "", cell: (row) => <Ago time={row.changed} /> },
];

function State({ row }: { row: Row }) {
  return <Badge state={row.state === "ready" && row.drifted ? "drifting" : row.state} />;
}

export function Syncs() {
  useEffect(() => want(["syncs", "resources"]), []);
  const all = useComputed((): Item[] =>
    [...named(syncs.value), ...named(resources.value).filter((row) => !row.sync)].sort(
      (a, b) => worstFirst(a, b) || (a.name < b.name ? -1 : 1),
    ),
  );
  const shown = useComputed(() => {
    const state = query.value.get("state") ?? "";
    const test = COUNTERS.find(([name]) => name === state)?.[2];
    const names = test && syncsWith(test);
    const matches = matcher(query.value.get("q") ?? "");
    return all.value.filter(
      (row) =>
        (test ? (row.artifact === undefined ? test(row) : names!.has(row.name)) : !state || row.state === state) &&
        matches(row.name, row.reason ?? "", row.message ?? "", row.artifact ?? "", row.infrahub ?? ""),
    );
  });
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const counts = counted(all.value, (row) => row.state);
  for (const [name, , test] of COUNTERS) {
    const count = syncsWith(test).size + all.value.filter((row) => row.artifact === undefined && test(row)).length;
    if (count) counts.set(name, count);
    else counts.delete(name);
  }
  return (
    <>
      <div class="page-head">
        <h1>Syncs</h1>
        <span class="faint">
          {shown.value.length.toLocaleString("en")} of {all.value.length.toLocaleString("en")}
        </span>
        <Search label="Filter" />
        <Choice name="state" counts={counts} order={["failing", "held", "unreachable", "waiting", "drifting", "progressing", "deleting", "suspended", "ready"]} />
      </div>
      {shown.value.length ? (
        <List label="Syncs" items={shown.value} columns={COLUMNS} id={(row) => row.name} />
      ) : (
        all.value.length ? <Empty title="Nothing matches" /> : <Nothing />
      )}
    </>
  );
}
