// One sync.
import { useEffect } from "preact/hooks";
import { apiOf, keyOf, pageOf, short } from "../kinds";
import { clusters, loaded, syncs, want } from "../live";
import { useAsked } from "../parts/ask";
import { Commands, Events, Facts, Header, Tabs, Yaml } from "../parts/detail";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Grid } from "../parts/matrix";
import { DriftTab } from "../parts/drift";
import { PreviewTab } from "../parts/preview";
import { TimelineTab } from "../parts/timeline";
import { Ago, Badge, Empty, Failed } from "../parts/words";
import { ORDER, type ResourceItem, allResources, worstFirst } from "../rows";
import type { ClusterRow, Detail } from "../types";
import { HeldSet } from "./held";
import { ObjectList } from "./objects";
import { Chain } from "./waits";

export function SyncPage({ kind, name, tab }: { kind: string; name: string; tab: string }) {
  const me = { kind, name };
  const key = keyOf(me);
  const others = tab === "waits";
  useEffect(() => want(others ? ["syncs", "resources", "clusters"] : ["syncs", "resources", "objects", "clusters"], others ? {} : { sync: key }), [key, others]);
  const row = syncs.value.get(key);
  const asked = useAsked<Detail>(apiOf("detail", me), {}, row?.version).value;
  if (loaded.value && !row && asked.error) return <Failed why={asked.error} />;
  const detail = asked.value;
  const tabs: [string, string][] = [
    ["objects", "Objects"],
    ["artifacts", `${capital(detail?.unit || "unit")}s`],
    ...(row?.selector ? ([["clusters", "Clusters"], ["matrix", "Matrix"]] as [string, string][]) : []),
    ["status", "Status"],
    ["timeline", "Timeline"],
    ["drift", "Drift"],
    ["waits", "Waits for"],
    ["preview", "Preview"],
    ["events", "Events"],
    ["yaml", "YAML"],
  ];
  return (
    <>
      <Header {...me} row={row} detail={detail} />
      {row?.held && detail && <HeldSet {...me} uid={detail.uid} version={row.held.id} />}
      <Tabs of={me} tabs={tabs} current={tab} />
      {tab === "objects" && <ObjectList title="Objects" />}
      {tab === "artifacts" && <Units unit={detail?.unit || "unit"} />}
      {tab === "clusters" && <ClustersOf rows={clusters.value.get(key) ?? []} />}
      {tab === "matrix" && <Grid unit={capital(detail?.unit || "unit")} />}
      {tab === "status" && detail && <Facts detail={detail} />}
      {tab === "timeline" && <TimelineTab {...me} version={row?.version ?? ""} />}
      {tab === "drift" && <DriftTab {...me} version={row?.version ?? ""} />}
      {tab === "waits" && <Chain name={key} />}
      {tab === "preview" && detail && <PreviewTab {...me} revisions={detail.revisions} />}
      {tab === "events" && <Events about={short(me)} version={row?.version ?? ""} />}
      {tab === "yaml" && detail && <Yaml yaml={detail.yaml} />}
      <Commands lines={[`vidra tree ${short(me)}`, `vidra events ${short(me)}`]} />
    </>
  );
}

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);

const COLUMNS: Column<ResourceItem>[] = [
  {
    title: "VidraResource",
    width: "minmax(14rem, 3fr)",
    narrow: "main",
    by: (row) => row.name,
    cell: (row) => (
      <Link to={pageOf(row)} class="strong">
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

function Units({ unit }: { unit: string }) {
  const rows = allResources().sort(worstFirst);
  if (!rows.length) return <Empty title={`The source lists no ${unit} for this sync`} />;
  return <List label={`${capital(unit)}s`} items={rows} columns={COLUMNS} id={(row) => row.name} />;
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
