// From a live object back to the data in Infrahub.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { want } from "../live";
import { useAsked } from "../parts/ask";
import { External, Link } from "../parts/link";
import { Ago, Empty, Failed } from "../parts/words";
import { RESOURCE, ofKey, pageOf } from "../kinds";
import { go, query, to } from "../router";
import type { Trace } from "../types";

export function TracePage() {
  useEffect(() => want(["syncs"]), []);
  const object = query.value.get("object") ?? "";
  const namespace = query.value.get("namespace") ?? "";
  const server = query.value.get("server") ?? "";
  const form = { object: useSignal(object), namespace: useSignal(namespace), server: useSignal(server) };
  const ask = (event: Event) => {
    event.preventDefault();
    go(to(["trace"], { object: form.object.value.trim(), namespace: form.namespace.value.trim(), server: form.server.value.trim() }));
  };
  return (
    <>
      <form class="page-head" onSubmit={ask}>
        <h1>Trace</h1>
        <label class="inline">
          Object
          <input class="filter" required maxLength={253} placeholder="deploy/frontend" value={form.object.value} onInput={(event) => (form.object.value = event.currentTarget.value)} />
        </label>
        <label class="inline">
          Namespace
          <input class="filter" maxLength={63} placeholder="default" value={form.namespace.value} onInput={(event) => (form.namespace.value = event.currentTarget.value)} />
        </label>
        <label class="inline">
          Cluster
          <input class="filter" maxLength={253} placeholder="where Vidra runs" value={form.server.value} onInput={(event) => (form.server.value = event.currentTarget.value)} />
        </label>
        <button type="submit" class="primary">
          Trace
        </button>
      </form>
      {object ? (
        <TraceOf object={object} namespace={namespace} server={server} />
      ) : (
        <Empty title="Where does an object come from?">
          <p class="faint">Name a live object as kubectl does: it leads to its VidraResource, its sync, and the artifact and branch in Infrahub.</p>
        </Empty>
      )}
    </>
  );
}

const TITLES: [string, string][] = [
  ["source", "Source"],
  ["revision", "Revision"],
  ["author", "Made by"],
  ["artifact", "Artifact"],
  ["artifactId", "Unit"],
  ["branch", "Branch"],
  ["date", "As of"],
  ["infrahub", "Infrahub"],
  ["page", "Page"],
  ["generated", "Generated"],
  ["merge", "After merge"],
  ["checksum", "Checksum"],
  ["appliedChecksum", "Applied"],
  ["ready", "Ready"],
];

export function TraceOf({ object, namespace, server }: { object: string; namespace: string; server: string }) {
  const { value, error } = useAsked<Trace>("trace", { object, namespace, server }).value;
  if (error) return <Failed why={error} />;
  if (!value) return <p class="loading">Looking into the cluster…</p>;
  return (
    <>
      <p class="faint">
        <bdi>{value.object}</bdi>
      </p>
      {!value.origins.length && <p class="notice warn">No VidraResource has fields of it: Vidra did not apply it.</p>}
      <ul class="cards">
        {value.origins.map((origin) => (
          <li class="card" key={origin.resource}>
            <p class="way">
              {origin.sync && (
                <>
                  <Link to={pageOf(ofKey(origin.sync))} class="strong">
                    <bdi>{origin.sync}</bdi>
                  </Link>
                  <span aria-hidden="true"> → </span>
                </>
              )}
              <Link to={pageOf({ kind: RESOURCE, name: origin.resource! })} class="strong">
                <bdi>{origin.resource}</bdi>
              </Link>
              <span class="faint"> {origin.sync ? "" : "made by hand"} </span>
              <span class="faint">
                changed <Ago time={origin.changed} />
              </span>
            </p>
            <dl class="facts">
              {TITLES.filter(([key]) => origin[key]).map(([key, title]) => (
                <div key={key}>
                  <dt>{title}</dt>
                  <dd>
                    <External text={origin[key]!} />
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
      {value.listedBy.length > 0 && <p>In the inventory of, without a field of it: {value.listedBy.join(", ")}</p>}
      {value.others.length > 0 && (
        <p class="faint">
          Others with fields of it:{" "}
          <bdi>
            {value.others.map((other) => [other.manager, other.operation, other.subresource].filter(Boolean).join(" ")).join(", ")}
          </bdi>
        </p>
      )}
    </>
  );
}
