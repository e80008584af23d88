// All syncs, and the VidraResources that were made by hand.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { pageOf } from "../kinds";
import { loaded, want } from "../live";
import { Choice, Search, Select, counted, matcher } from "../parts/filters";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Ago, Badge, Empty } from "../parts/words";
import { query } from "../router";
import { COUNTERS, type Item, ORDER, allResources, allSyncs, shownState, syncsWith, worstFirst } from "../rows";
import type { SyncRow } from "../types";
import { Nothing } from "./overview";

/** A sync, which has a key; or a VidraResource that was made by hand. */
type Listed = Item & Partial<SyncRow> & { key?: string };

const COLUMNS: Column<Listed>[] = [
  {
    title: "Name",
    width: "minmax(12rem, 2fr)",
    narrow: "main",
    by: (row) => row.name,
    cell: (row) => (
      <Link to={pageOf(row)} class="strong">
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  { title: "State", width: "8.5rem", narrow: "end", by: (row) => ORDER.indexOf(row.state), cell: (row) => <Badge state={shownState(row)} /> },
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
    width: "minmax(10rem, 2.4fr)",
    by: (row) => `${row.source ?? ""} ${row.selects || row.address || ""}`,
    cell: (row) => <Source row={row} />,
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

function Source({ row }: { row: Listed }) {
  if (!row.source) return <span class="faint">{row.key === undefined ? "by hand" : "no source"}</span>;
  const at = row.follows || row.revision;
  return (
    <span title={`${row.source}: ${row.address}${row.revision ? `, ${row.revision}` : ""}`}>
      <span class="faint">{row.source}</span> <bdi>{row.selects || row.address}</bdi>
      {at && (
        <span class="faint">
          {" "}
          @ <bdi>{at}</bdi>
        </span>
      )}
    </span>
  );
}

export function Syncs() {
  useEffect(() => want(["syncs", "resources"]), []);
  const all = useComputed((): Listed[] => [...allSyncs(), ...allResources().filter((row) => !row.sync)].sort(worstFirst));
  const shown = useComputed(() => {
    const state = query.value.get("state") ?? "";
    const source = query.value.get("source") ?? "";
    const test = COUNTERS.find(([name]) => name === state)?.[1];
    const keys = test && syncsWith(test);
    const matches = matcher(query.value.get("q") ?? "");
    return all.value.filter(
      (row) =>
        (test ? (row.key === undefined ? test(row) : keys!.has(row.key)) : !state || row.state === state) &&
        (!source || source === (row.source ?? "by hand")) &&
        matches(row.name, row.reason ?? "", row.message ?? "", row.selects ?? "", row.address ?? ""),
    );
  });
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const counts = counted(all.value, (row) => row.state);
  for (const [name, test] of COUNTERS) {
    const count = syncsWith(test).size + all.value.filter((row) => row.key === undefined && test(row)).length;
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
        <Select name="source" label="Source" values={all.value.map((row) => row.source ?? "by hand")} />
        <Choice name="state" counts={counts} order={["failing", "held", "unreachable", "waiting", "drifting", "progressing", "deleting", "suspended", "ready"]} />
      </div>
      {shown.value.length ? (
        <List label="Syncs" items={shown.value} columns={COLUMNS} id={(row) => `${row.kind} ${row.name}`} />
      ) : (
        all.value.length ? <Empty title="Nothing matches" /> : <Nothing />
      )}
    </>
  );
}
