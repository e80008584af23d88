// What waits for what: from a sync that waits, down to the cause.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ofKey, pageOf } from "../kinds";
import { loaded, syncs, want } from "../live";
import { Link } from "../parts/link";
import { Advice, Ago, Badge, Empty, Prose } from "../parts/words";
import { type Item, allResources, allSyncs, worstFirst } from "../rows";
import type { SyncRow } from "../types";

const DEEPEST = 20;
const MOST = 100;

export function Waits() {
  useEffect(() => want(["syncs", "resources"]), []);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const all = allSyncs().filter((row) => row.dependsOn?.length);
  const chained = all.filter((row) => row.state !== "ready");
  const known = new Set(chained.map((row) => row.key));
  const others: Item[] = [...allResources().filter((row) => !known.has(row.sync ?? "")), ...allSyncs().filter((row) => !row.dependsOn?.length)]
    .filter((row) => row.state === "waiting" && row.reason !== "ResourcesNotReady")
    .sort(worstFirst);
  return (
    <>
      <div class="page-head">
        <h1>What waits for what</h1>
        <span class="faint">
          {all.length} with dependencies, {all.length - chained.length} of them ready
        </span>
      </div>
      {chained.length + others.length === 0 && (
        <Empty title="Nothing waits">
          <p class="faint">
            Syncs and objects that have to be ready before are named in <code>spec.dependsOn</code>; objects of an earlier wave in an
            artifact are waited for too.
          </p>
        </Empty>
      )}
      {chained.slice(0, MOST).map((row) => (
        <section key={row.key} class="card">
          <Chain name={row.key} />
        </section>
      ))}
      {others.length > 0 && <h2>Waits for something in a cluster or a source</h2>}
      <ul class="cards">
        {others.slice(0, MOST).map((row) => (
          <li class="card" key={row.kind + row.name}>
            <div class="card-head">
              <Badge state={row.state} />
              <Link to={pageOf(row)} class="strong">
                <bdi>{row.name}</bdi>
              </Link>
              <span class="faint">
                {row.reason} for <Ago time={row.since} />
              </span>
            </div>
            <p class="message">
              <Prose text={row.message ?? ""} />
            </p>
            <Advice reason={row.reason} />
          </li>
        ))}
      </ul>
      {chained.length > MOST || others.length > MOST ? <p class="faint">and {Math.max(chained.length - MOST, 0) + Math.max(others.length - MOST, 0)} more</p> : null}
    </>
  );
}

/** A sync and all that it waits for, as a tree; a circle ends where it closes. */
export function Chain({ name }: { name: string }) {
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const row = syncs.value.get(name);
  if (row && !row.dependsOn?.length)
    return (
      <Empty title="It waits for no other sync">
        <p class="faint">
          Its <code>spec.dependsOn</code> is empty.
        </p>
      </Empty>
    );
  return <ul class="chain">{branch(name, [])}</ul>;
}

function branch(name: string, above: string[]): ComponentChildren {
  const row = syncs.value.get(name);
  const circle = above.includes(name);
  const deeper = row && !circle && above.length < DEEPEST ? (row.dependsOn ?? []) : [];
  const cause = row && row.state !== "ready" && !deeper.some((each) => blocked(each));
  return (
    <li key={name}>
      <div class={`link ${circle ? "circle" : ""}`}>
        <One name={name} row={row} />
        {circle && (
          <p class="cause">
            <strong class="bad">Here the circle closes: it waits for itself. </strong>
            {row && <Prose text={row.message ?? ""} />}
          </p>
        )}
        {cause && !circle && (
          <div class="cause">
            {above.length > 0 && <strong>This is the cause. </strong>}
            <Prose text={row.message ?? ""} />
            <Advice reason={row.reason} />
          </div>
        )}
      </div>
      {deeper.length > 0 && (
        <ul>
          {deeper.map((each) => branch(each, [...above, name]))}
        </ul>
      )}
    </li>
  );
}

/** Whether a dependency holds others up; of an object nothing is known here. */
function blocked(name: string): boolean {
  const row = syncs.value.get(name);
  return row ? row.state !== "ready" : !name.includes(" ");
}

function One({ name, row }: { name: string; row: SyncRow | undefined }) {
  if (!row)
    return (
      <>
        <span class="faint">{name.includes(" ") ? "object" : "no such sync"}</span> <bdi class="strong">{name}</bdi>
      </>
    );
  const me = ofKey(name);
  return (
    <>
      <Badge state={row.state} />{" "}
      <Link to={pageOf(me)} class="strong">
        <bdi>{me.name}</bdi>
      </Link>{" "}
      <span class="faint">
        {me.kind}
        {row.state === "ready" ? "" : ` · ${row.reason}`}
      </span>
    </>
  );
}
