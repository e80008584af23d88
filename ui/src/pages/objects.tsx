// The objects of all syncs, or of some.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { RESOURCE, pageOf } from "../kinds";
import { loaded, resources, sight, want } from "../live";
import { BY_STATE, type Item, all, host, worstFirst } from "../object_items";
import { Choice, Search, Select, matcher } from "../parts/filters";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Badge, Empty } from "../parts/words";
import { query, to } from "../router";
import type { ObjectRow } from "../types";

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
        <span class="only-narrow">
          {row[0]} {row[2] && <bdi>{row[2]}</bdi>} ·{" "}
        </span>
        <Link to={pageOf({ kind: RESOURCE, name: resource })}>
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
  const given = useComputed(all);
  const shown = useComputed(() => worstFirst(given.value.parts, filter()));
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const { count, states, kinds, hosts } = given.value;
  return (
    <>
      <div class="page-head">
        <h2>{title}</h2>
        <span class="faint">
          {shown.value.length.toLocaleString("en")} of {count.toLocaleString("en")}
        </span>
        <Search label="Filter: name, namespace, kind" />
        <Select name="kind" label="Kind" values={kinds} />
        <Select name="cluster" label="Cluster" values={hosts} />
        <Choice name="state" counts={states} order={BY_STATE} />
      </div>
      {shown.value.length ? (
        <List label={title} items={shown.value} columns={COLUMNS} id={({ resource, row }) => `${resource} ${row.slice(0, 5).join(" ")}`} />
      ) : (
        <Empty title={count ? "Nothing matches" : nothing()} />
      )}
    </>
  );
}

/** What cannot be seen is not taken for what is not there. */
function nothing(): string {
  if (!sight.value.vidraresources?.current) return "Nothing can be seen here now";
  return resources.value.size ? "No object is applied" : "There are no objects yet";
}

/** What the address asks for; nothing when that is everything. */
function filter(): ((item: Item) => boolean) | undefined {
  const [q, state, kind, cluster] = ["q", "state", "kind", "cluster"].map((name) => query.value.get(name) ?? "");
  if (!(q || state || kind || cluster)) return undefined;
  const matches = matcher(q!);
  return ({ resource, row, host }) =>
    (!state || row[5] === state) && (!kind || row[0] === kind) && (!cluster || host === cluster) && matches(row[3], row[2], row[0], resource);
}
