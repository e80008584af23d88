// Which cluster has what: syncs by cluster, with what lags.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clusters, loaded, resources, sight, want } from "../live";
import { Search, matcher } from "../parts/filters";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Empty, plural } from "../parts/words";
import { query, to } from "../router";

interface Item {
  server: string;
  name: string;
  resources: number;
  ready: number;
  objects: number;
  lagging: number;
  worst: string;
  message: string;
}

const COLUMNS: Column<Item>[] = [
  {
    title: "Cluster",
    width: "minmax(12rem, 2fr)",
    narrow: "main",
    by: (item) => item.server,
    cell: (item) => (
      <Link to={to(["objects"], { cluster: item.server.replace(/^https?:\/\//, "") || "here" })} class="strong">
        <bdi>{item.name || item.server.replace(/^https:\/\//, "") || "the cluster that Vidra runs in"}</bdi>
      </Link>
    ),
  },
  {
    title: "Ready",
    width: "minmax(9rem, 1.2fr)",
    narrow: "end",
    by: (item) => item.ready / (item.resources || 1),
    cell: (item) => (
      <span class="meter" title={`${item.ready} of ${plural(item.resources, "VidraResource")}`}>
        <meter min={0} max={item.resources || 1} low={item.resources} value={item.ready} aria-label={`ready: ${item.ready} of ${item.resources}`} />
        {item.ready}/{item.resources}
      </span>
    ),
  },
  { title: "Lagging", width: "6rem", by: (item) => item.lagging, cell: (item) => item.lagging || <span class="faint">0</span> },
  { title: "Objects", width: "6rem", by: (item) => item.objects, cell: (item) => item.objects.toLocaleString("en") },
  {
    title: "What is wrong",
    width: "minmax(12rem, 4fr)",
    narrow: "note",
    by: (item) => item.message,
    cell: (item) =>
      item.message ? (
        <Link to={to(["resources", item.worst])}>
          <bdi title={item.message}>{item.message}</bdi>
        </Link>
      ) : (
        <span class="faint">–</span>
      ),
  },
];

export function Clusters() {
  useEffect(() => want(["resources", "clusters"]), []);
  const all = useComputed(gathered);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const matches = matcher(query.value.get("q") ?? "");
  const shown = all.value.filter((item) => matches(item.server, item.name, item.message));
  return (
    <>
      <div class="page-head">
        <h1>Clusters</h1>
        <span class="faint">
          {shown.length} of {all.value.length}
        </span>
        <Search label="Filter" />
      </div>
      {shown.length ? <List label="Clusters" items={shown} columns={COLUMNS} id={(item) => item.server} /> : <Empty title={all.value.length ? "Nothing matches" : sight.value.vidraresources?.current ? "Nothing is delivered anywhere yet" : "Nothing can be seen here now"} />}
    </>
  );
}

function gathered(): Item[] {
  const found = new Map<string, Item>();
  const item = (server: string): Item => {
    let each = found.get(server);
    if (!each) found.set(server, (each = { server, name: "", resources: 0, ready: 0, objects: 0, lagging: 0, worst: "", message: "" }));
    return each;
  };
  for (const [name, row] of resources.value) {
    const each = item(row.server === "https://kubernetes.default.svc" ? "" : (row.server ?? ""));
    each.resources += 1;
    each.objects += row.objects ?? 0;
    if (row.upToDate === false) each.lagging += 1;
    if (row.state === "ready") each.ready += 1;
    else if (!each.message) [each.worst, each.message] = [name, row.message ?? ""];
  }
  for (const rows of clusters.value.values()) for (const row of rows) item(row.server).name ||= row.name;
  return [...found.values()].sort((a, b) => a.ready / (a.resources || 1) - b.ready / (b.resources || 1) || (a.server < b.server ? -1 : 1));
}
