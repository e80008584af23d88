// One live object: who holds which field, and its YAML.
import { useEffect } from "preact/hooks";
import { want } from "../live";
import { useAsked } from "../parts/ask";
import { Yaml } from "../parts/detail";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Command, Failed } from "../parts/words";
import { query, to } from "../router";
import type { LiveObject } from "../types";
import { TraceOf } from "./trace";

type Field = LiveObject["fields"][number];

const COLUMNS: Column<Field>[] = [
  { title: "Field", width: "minmax(14rem, 3fr)", narrow: "main", by: (field) => field.path, cell: (field) => <bdi class="mono" title={field.path}>{field.path}</bdi> },
  {
    title: "Held by",
    width: "minmax(10rem, 2fr)",
    narrow: "note",
    by: (field) => field.holders.join(", "),
    cell: (field) => (
      <bdi class={field.holders.length > 1 ? "strong" : ""} title={field.holders.join(", ")}>
        {field.holders.join(", ")}
      </bdi>
    ),
  },
];

export function ObjectPage() {
  useEffect(() => want(["syncs"]), []);
  const given = Object.fromEntries(query.value) as Record<string, string>;
  const { apiVersion = "", kind = "", namespace = "", name = "", server = "" } = given;
  const { value, error } = useAsked<LiveObject>("object", { apiVersion, kind, namespace, name, server }).value;
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  const traced = `${kind}${group}/${name}`;
  return (
    <>
      <div class="subject">
        <p class="faint above">
          {kind} <bdi>{apiVersion}</bdi>
          {server && <bdi> on {server}</bdi>}
        </p>
        <h1>
          <bdi>{namespace ? `${namespace}/${name}` : name}</bdi>
        </h1>
      </div>
      <section aria-label="Where it comes from">
        <TraceOf object={traced} namespace={namespace} server={server} />
      </section>
      {error && <Failed why={error} />}
      {!value && !error && <p class="loading">Looking into the cluster…</p>}
      {value && (
        <>
          <section>
            <h2>Who holds which field</h2>
            <p class="faint">
              A field that several hold stays when one of them leaves. Of VidraResources with different values, the higher{" "}
              <code>priority</code> wins where <code>conflictPolicy</code> is Force; else the first keeps it.
            </p>
            <List label="Fields" items={value.fields} columns={COLUMNS} id={(field) => field.path} />
          </section>
          <section>
            <h2>YAML</h2>
            <Yaml yaml={value.yaml} />
          </section>
        </>
      )}
      <p class="commands">
        <Command text={`vidra trace ${traced}${namespace && ` -n ${namespace}`}${server && ` --server ${server}`}`} />
        <Link to={to(["objects"], { q: name })}>All objects of this name</Link>
      </p>
    </>
  );
}
