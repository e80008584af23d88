// One VidraResource.
import { useEffect } from "preact/hooks";
import { RESOURCE, apiOf, ofKey, pageOf, short } from "../kinds";
import { loaded, resources, want } from "../live";
import { useAsked } from "../parts/ask";
import { Commands, Events, Facts, Header, Tabs, Yaml } from "../parts/detail";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { DriftTab } from "../parts/drift";
import { PreviewTab } from "../parts/preview";
import { TimelineTab } from "../parts/timeline";
import { Advice, Badge, Empty, Failed, Prose, STATES } from "../parts/words";
import type { Detail, LiveNode } from "../types";
import { HeldSet } from "./held";
import { ObjectList } from "./objects";

export function ResourcePage({ name, tab }: { name: string; tab: string }) {
  const me = { kind: RESOURCE, name };
  useEffect(() => want(["resources", "objects"], { resource: name }), [name]);
  const row = resources.value.get(name);
  const asked = useAsked<Detail>(apiOf("detail", me), {}, row?.version).value;
  if (loaded.value && !row && asked.error) return <Failed why={asked.error} />;
  const detail = asked.value;
  const above = row?.sync && (
    <>
      {" of "}
      <Link to={pageOf(ofKey(row.sync))}>
        <bdi>{row.sync}</bdi>
      </Link>
    </>
  );
  return (
    <>
      <Header {...me} row={row} detail={detail} above={above} />
      {row?.held && detail && <HeldSet {...me} uid={detail.uid} version={row.held.id} />}
      <Tabs
        of={me}
        current={tab}
        tabs={[
          ["objects", "Objects"],
          ["problems", `Problems${detail?.problems.length ? ` ${detail.problems.length}` : ""}`],
          ["timeline", "Timeline"],
          ["drift", "Drift"],
          ["live", "Live"],
          ["status", "Status"],
          ["preview", "Preview"],
          ["events", "Events"],
          ["yaml", "YAML"],
        ]}
      />
      {tab === "objects" && <ObjectList title="Objects" />}
      {tab === "problems" && detail && <Problems detail={detail} />}
      {tab === "timeline" && <TimelineTab {...me} version={row?.version ?? ""} />}
      {tab === "drift" && <DriftTab {...me} version={row?.version ?? ""} />}
      {tab === "live" && <Live name={name} version={row?.version ?? ""} />}
      {tab === "status" && detail && <Facts detail={detail} />}
      {tab === "preview" && <PreviewTab {...me} revisions={[]} />}
      {tab === "events" && <Events about={short(me)} version={row?.version ?? ""} />}
      {tab === "yaml" && detail && <Yaml yaml={detail.yaml} />}
      <Commands lines={[`vidra tree ${short(me)}`, `vidra diff ${short(me)}`]} />
    </>
  );
}

function Problems({ detail }: { detail: Detail }) {
  if (!detail.problems.length) return <Empty title="No problems" />;
  return (
    <ul class="cards">
      {detail.problems.map((problem, index) => (
        <li key={index} class="card">
          <div class="card-head">
            <Badge state="problem" />
            <strong>
              <bdi>{problem.object || "the manifest"}</bdi>
            </strong>
            <span class="faint">{problem.reason}</span>
          </div>
          <p class="message">
            <Prose text={problem.message} />
          </p>
          <Advice reason={problem.reason} />
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: Column<LiveNode>[] = [
  { title: "Object", width: "minmax(14rem, 3fr)", narrow: "main", by: (node) => node.name, cell: (node) => <bdi class="strong">{node.kind} {node.name}</bdi> },
  { title: "State", width: "8.5rem", narrow: "end", by: (node) => node.state, cell: (node) => <Badge state={node.state in STATES ? node.state : "unknown"} /> },
  { title: "Namespace", width: "minmax(6rem, 1fr)", by: (node) => node.namespace ?? "", cell: (node) => <bdi>{node.namespace}</bdi> },
  { title: "Others with fields of it", width: "minmax(10rem, 2fr)", cell: (node) => <bdi>{node.owners?.join(", ") || "–"}</bdi> },
  { title: "Message", width: "minmax(10rem, 3fr)", narrow: "note", cell: (node) => <bdi title={node.message}>{node.message}</bdi> },
];

/** The objects as they are in the cluster now, and who else has fields of them. */
function Live({ name, version }: { name: string; version: string }) {
  const { value, error } = useAsked<LiveNode>(`live/${encodeURIComponent(name)}`, {}, version).value;
  if (error) return <Failed why={error} />;
  if (!value) return <p class="loading">Looking into the cluster…</p>;
  if (!value.children.length) return <Empty title="Its inventory is empty" />;
  return <List label="Live objects" items={value.children} columns={COLUMNS} id={(node) => `${node.kind} ${node.ref}`} />;
}
