// What waits for what: from a sync that waits, down to the cause.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { loaded, syncs, want } from "../live";
import { Link } from "../parts/link";
import { Advice, Badge, Empty, Prose } from "../parts/words";
import { ofKey, pageOf } from "../kinds";
import type { SyncRow } from "../types";

const DEEPEST = 20;

export function Waits() {
  useEffect(() => want(["syncs"]), []);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const waiting = [...syncs.value].filter(([, row]) => row.dependsOn?.length && row.state !== "ready");
  const all = [...syncs.value].filter(([, row]) => row.dependsOn?.length);
  const fine = all.length - waiting.length;
  return (
    <>
      <div class="page-head">
        <h1>What waits for what</h1>
        <span class="faint">
          {all.length} with dependencies, {fine} of them ready
        </span>
      </div>
      {waiting.length === 0 && (
        <Empty title="No sync waits for another">
          <p class="faint">
            Syncs and objects that have to be ready before are named in <code>spec.dependsOn</code>.
          </p>
        </Empty>
      )}
      {waiting.slice(0, 100).map(([name]) => (
        <section key={name} class="card">
          <Chain name={name} />
        </section>
      ))}
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
        {circle && <strong class="bad"> waits for itself, in a circle</strong>}
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
  return (
    <>
      <Badge state={row.state} />{" "}
      <Link to={pageOf(ofKey(name))} class="strong">
        <bdi>{name}</bdi>
      </Link>{" "}
      <span class="faint">{row.state === "ready" ? "" : row.reason}</span>
    </>
  );
}
