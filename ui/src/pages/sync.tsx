// One sync.
import { useEffect } from "preact/hooks";
import { clusters, loaded, resources, syncs, want } from "../live";
import { useAsked } from "../parts/ask";
import { Commands, Events, Facts, Header, Tabs, Yaml } from "../parts/detail";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Grid } from "../parts/matrix";
import { PreviewTab } from "../parts/preview";
import { Ago, Badge, Empty, Failed, ORDER } from "../parts/words";
import { to } from "../router";
import type { ClusterRow, Detail, ResourceRow } from "../types";
import { HeldSet } from "./held";
import { ObjectList } from "./objects";
import { named, worstFirst } from "./overview";
import { Chain } from "./waits";

const KIND = "InfrahubSync";

export function SyncPage({ name, tab }: { name: string; tab: string }) {
  useEffect(() => want(tab === "waits" ? ["syncs", "resources", "clusters"] : ["syncs", "resources", "objects", "clusters"], tab === "waits" ? {} : { sync: name }), [name, tab === "waits"]);
  const row = syncs.value.get(name);
  const asked = useAsked<Detail>(`detail/sync/${encodeURIComponent(name)}`, {}, row?.version).value;
  if (loaded.value && !row && asked.error) return <Failed why={asked.error} />;
  const detail = asked.value;
  const tabs: [string, string][] = [
    ["objects", "Objects"],
    ["artifacts", "Artifacts"],
    ...(row?.selector ? ([["clusters", "Clusters"], ["matrix", "Matrix"]] as [string, string][]) : []),
    ["status", "Status"],
    ["waits", "Waits for"],
    ["preview", "Preview"],
    ["events", "Events"],
    ["yaml", "YAML"],
  ];
  return (
    <>
      <Header kind={KIND} name={name} row={row} detail={detail} />
      {row?.held && detail && <HeldSet kind={KIND} name={name} uid={detail.uid} version={row.held.id} />}
      <Tabs base={["syncs", name]} tabs={tabs} current={tab} />
      {tab === "objects" && <ObjectList title="Objects" />}
      {tab === "artifacts" && <Artifacts />}
      {tab === "clusters" && <ClustersOf rows={clusters.value.get(name) ?? []} />}
      {tab === "matrix" && <Grid />}
      {tab === "status" && detail && <Facts detail={detail} />}
      {tab === "waits" && <Chain name={name} />}
      {tab === "preview" && <PreviewTab kind={KIND} name={name} />}
      {tab === "events" && <Events about={`isync/${name}`} version={row?.version ?? ""} />}
      {tab === "yaml" && detail && <Yaml yaml={detail.yaml} />}
      <Commands lines={[`vidra tree isync/${name}`, `vidra events isync/${name}`]} />
    </>
  );
}

type Item = ResourceRow & { name: string };

const COLUMNS: Column<Item>[] = [
  {
    title: "VidraResource",
    width: "minmax(14rem, 3fr)",
    narrow: "main",
    by: (row) => row.name,
    cell: (row) => (
      <Link to={to(["resources", row.name])} class="strong">
        <bdi>{row.name}</bdi>
      </Link>
    ),
  },
  { title: "State", width: "8.5rem", narrow: "end", by: (row) => ORDER.indexOf(row.state), cell: (row) => <Badge state={row.state} /> },
  { title: "Message", width: "minmax(12rem, 4fr)", narrow: "note", cell: (row) => <bdi title={row.message}>{row.message}</bdi> },
  { title: "Objects", width: "6rem", by: (row) => row.objects ?? 0, cell: (row) => `${row.readyObjects ?? 0}/${row.objects ?? 0}` },
  { title: "Text", width: "6rem", cell: (row) => (row.upToDate === false ? <Badge state="waiting" /> : <span class="faint">applied</span>) },
  { title: "Changed", width: "5.5rem", by: (row) => row.changed ?? "", cell: (row) => <Ago time={row.changed} /> },
];

function Artifacts() {
  const rows = named(resources.value).sort((a, b) => worstFirst(a, b) || (a.name < b.name ? -1 : 1));
  if (!rows.length) return <Empty title="Infrahub lists no artifact for this sync" />;
  return <List label="Artifacts" items={rows} columns={COLUMNS} id={(row) => row.name} />;
}

const CLUSTERS: Column<ClusterRow>[] = [
  { title: "Cluster", width: "minmax(10rem, 1fr)", narrow: "main", by: (row) => row.name, cell: (row) => <bdi class="strong">{row.name || row.server}</bdi> },
  { title: "State", width: "8.5rem", narrow: "end", by: (row) => (row.ready ? 1 : 0), cell: (row) => <Badge state={row.ready ? "ready" : "failing"} /> },
  { title: "Server", width: "minmax(10rem, 1.5fr)", cell: (row) => <bdi title={row.server}>{row.server}</bdi> },
  { title: "Message", width: "minmax(10rem, 3fr)", narrow: "note", cell: (row) => <bdi title={row.message}>{row.message || row.reason}</bdi> },
];

function ClustersOf({ rows }: { rows: ClusterRow[] }) {
  if (!rows.length) return <Empty title="The selector matches no cluster" />;
  return <List label="Clusters" items={rows} columns={CLUSTERS} id={(row) => row.server} />;
}
