// One live object: who holds which field, and its YAML.
import { useEffect } from "preact/hooks";
import { want } from "../live";
import { useAsked } from "../parts/ask";
import { Yaml } from "../parts/detail";
import { Link } from "../parts/link";
import { type Column, List } from "../parts/list";
import { Command, Failed, plural } from "../parts/words";
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
            <Stays fields={value.fields} />
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

/** What becomes of the object when one of several that apply it leaves. */
function Stays({ fields }: { fields: readonly Field[] }) {
  const holders = [...new Set(fields.flatMap((field) => field.holders))].filter((holder) => !holder.endsWith(")"));
  if (holders.length < 2) return null;
  return (
    <ul class="stays" aria-label="What stays when one leaves">
      {holders.map((holder) => {
        const held = fields.filter((field) => field.holders.includes(holder));
        const alone = held.filter((field) => field.holders.length === 1).length;
        return (
          <li key={holder}>
            When <bdi class="strong">{holder}</bdi> leaves, {plural(alone, "field")} go{alone === 1 ? "es" : ""} with it,{" "}
            {held.length - alone} that others hold too stay{held.length - alone === 1 ? "s" : ""}.
          </li>
        );
      })}
    </ul>
  );
}
