// The objects of all syncs, or of some.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loaded, objects, resources, sight, want } from "../live";
import { Choice, Search, Select, counted, matcher } from "../parts/filters";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Badge, Empty } from "../parts/words";
import { query, to } from "../router";
import type { ObjectRow } from "../types";

interface Item {
  resource: string;
  row: ObjectRow;
}

const BY_STATE = [
  "problem",
  "failed",
  "drifted",
  "unknown",
  "terminating",
  "progressing",
  "unconfirmed",
  "applied",
  "ended",
  "current",
];

const host = (server: string) => server.replace(/^https?:\/\//, "") || "here";

const COLUMNS: Column<Item>[] = [
  {
    title: "Object",
    width: "minmax(14rem, 3fr)",
    narrow: "main",
    by: ({ row }) => row[3],
    cell: ({ row }) => <ObjectName row={row} />,
  },
  { title: "State", width: "8.5rem", narrow: "end", by: ({ row }) => BY_STATE.indexOf(row[5]), cell: ({ row }) => <Badge state={row[5]} /> },
  { title: "Kind", width: "minmax(8rem, 1.2fr)", by: ({ row }) => row[0], cell: ({ row }) => <span title={row[1]}>{row[0]}</span> },
  { title: "Namespace", width: "minmax(6rem, 1.2fr)", by: ({ row }) => row[2], cell: ({ row }) => <bdi>{row[2]}</bdi> },
  { title: "Cluster", width: "minmax(6rem, 1.2fr)", by: ({ row }) => row[4], cell: ({ row }) => <span title={row[4]}>{host(row[4])}</span> },
  {
    title: "VidraResource",
    width: "minmax(8rem, 2fr)",
    narrow: "note",
    by: ({ resource }) => resource,
    cell: ({ resource, row }) => (
      <>
        <Link to={to(["resources", resource])}>
          <bdi>{resource}</bdi>
        </Link>
        {row[6] && <span class="trouble"> {row[6]}</span>}
      </>
    ),
  },
];

function ObjectName({ row: [kind, apiVersion, namespace, name, server] }: { row: ObjectRow }) {
  if (!kind) return <bdi>{name}</bdi>;
  return (
    <Link to={to(["object"], { apiVersion, kind, namespace, name, server })} class="strong">
      <bdi>{name}</bdi>
    </Link>
  );
}

export function Objects() {
  useEffect(() => want(["objects", "resources"]), []);
  return (
    <>
      <h1 class="sr">Objects</h1>
      <ObjectList title="Objects" />
    </>
  );
}

/** The objects of the VidraResources in the stream. */
export function ObjectList({ title }: { title: string }) {
  const all = useComputed((): Item[] =>
    [...objects.value].flatMap(([resource, rows]) => rows.map((row) => ({ resource, row }))),
  );
  const shown = useComputed(() => {
    const [state, kind, cluster] = ["state", "kind", "cluster"].map((name) => query.value.get(name) ?? "");
    const matches = matcher(query.value.get("q") ?? "");
    const found = all.value.filter(
      ({ resource, row }) =>
        (!state || row[5] === state) &&
        (!kind || row[0] === kind) &&
        (!cluster || host(row[4]) === cluster) &&
        matches(row[3], row[2], row[0], resource),
    );
    return found.sort((a, b) => BY_STATE.indexOf(a.row[5]) - BY_STATE.indexOf(b.row[5]));
  });
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const kinds = useKinds(all.value);
  return (
    <>
      <div class="page-head">
        <h2>{title}</h2>
        <span class="faint">
          {shown.value.length.toLocaleString("en")} of {all.value.length.toLocaleString("en")}
        </span>
        <Search label="Filter: name, namespace, kind" />
        <Select name="kind" label="Kind" values={kinds.kinds} />
        <Select name="cluster" label="Cluster" values={kinds.clusters} />
        <Choice name="state" counts={counted(all.value, ({ row }) => row[5])} order={BY_STATE} />
      </div>
      {shown.value.length ? (
        <List label={title} items={shown.value} columns={COLUMNS} id={({ resource, row }) => `${resource} ${row.slice(0, 5).join(" ")}`} />
      ) : (
        <Empty title={all.value.length ? "Nothing matches" : nothing()} />
      )}
    </>
  );
}

/** What cannot be seen is not taken for what is not there. */
function nothing(): string {
  if (!sight.value.vidraresources?.current) return "Nothing can be seen here now";
  return resources.value.size ? "No object is applied" : "There are no objects yet";
}

function useKinds(items: Item[]): { kinds: Set<string>; clusters: Set<string> } {
  return { kinds: new Set(items.map(({ row }) => row[0])), clusters: new Set(items.map(({ row }) => host(row[4]))) };
}
