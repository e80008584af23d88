// What is held back from being deleted, object by object, and the approval of exactly that.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Ref, apiOf, pageOf, short } from "../kinds";
import { loaded, want } from "../live";
import { Approve } from "../parts/actions";
import { useAsked } from "../parts/ask";
import { Link } from "../parts/link";
import { Command, Empty, Failed, Prose, plural } from "../parts/words";
import type { Detail, HeldPrune } from "../types";
import { type Item, allResources, allSyncs } from "../rows";

export function HeldPage() {
  useEffect(() => want(["syncs", "resources"]), []);
  if (!loaded.value) return <p class="loading">Loading…</p>;
  const held: Item[] = [...allSyncs(), ...allResources()].filter((row) => row.held);
  return (
    <>
      <div class="page-head">
        <h1>Held prunes</h1>
        <span class="faint">{held.length || ""}</span>
      </div>
      {held.length === 0 && (
        <Empty title="Nothing is held">
          <p class="faint">
            When a change would delete more than a sync's <code>pruneLimit</code>, nothing is deleted, and the set waits here for a person.
          </p>
        </Empty>
      )}
      {held.map((row) => (
        <section key={row.kind + row.name} class="card">
          <div class="card-head">
            <Link to={pageOf(row)} class="strong">
              <bdi>{row.name}</bdi>
            </Link>
            <span class="faint">{row.kind}</span>
          </div>
          <p class="message">
            <Prose text={row.message ?? ""} />
          </p>
          <Loaded kind={row.kind} name={row.name} version={row.held!.id} open={held.length <= 3} />
        </section>
      ))}
    </>
  );
}

/** The set; of many, only those that somebody opens are asked for. */
function Loaded({ kind, name, version, open }: Ref & { version: string; open: boolean }) {
  const opened = useSignal(open);
  if (opened.value) return <Known kind={kind} name={name} version={version} />;
  return (
    <button type="button" onClick={() => (opened.value = true)}>
      Show the objects
    </button>
  );
}

function Known({ kind, name, version }: Ref & { version: string }) {
  const { value, error } = useAsked<Detail>(apiOf("detail", { kind, name }), {}, version).value;
  if (error) return <Failed why={error} />;
  return value ? <HeldSet kind={kind} name={name} uid={value.uid} version={version} /> : <p class="loading">Loading…</p>;
}

export function HeldSet({ kind, name, uid, version }: Ref & { uid: string; version: string }) {
  const { value, error } = useAsked<HeldPrune | null>(apiOf("held", { kind, name }), {}, version).value;
  const before = useRef<HeldPrune>(undefined);
  const seen = before.current;
  useEffect(() => {
    if (value) before.current ??= value;
  }, [value]);
  if (error) return <Failed why={`The held set cannot be listed: ${error}`} />;
  if (value === undefined) return <p class="loading">Listing what is held…</p>;
  if (value === null) return null;
  return (
    <div class="held-set">
      <p>
        <strong>{plural(value.objects.length, "object")}</strong> would be deleted, and will not be before somebody approves this very set{" "}
        <code>{value.id}</code>. Correct the data in the source instead if they should stay.
      </p>
      {seen && seen.id !== value.id && <Changed before={seen} now={value} />}
      <ul class="held-list" tabIndex={0} aria-label="Objects that would be deleted">
        {value.objects.slice(0, 500).map((object) => (
          <li key={object.ref + object.server + object.resource}>
            <bdi>{object.ref}</bdi>
            <span class="faint">
              {object.server && ` on ${object.server}`}
              {object.resource && ` of ${object.resource}`}
            </span>
          </li>
        ))}
        {value.objects.length > 500 && <li class="faint">and {value.objects.length - 500} more</li>}
      </ul>
      <Approve kind={kind} name={name} uid={uid} held={value} />
      <Command text={`vidra approve ${short({ kind, name })}`} />
    </div>
  );
}

/** What is another set than the one that was shown first: nobody agrees to what they have not seen. */
function Changed({ before, now }: { before: HeldPrune; now: HeldPrune }) {
  const refs = (held: HeldPrune) => new Set(held.objects.map((object) => [object.ref, object.server && `on ${object.server}`].filter(Boolean).join(" ")));
  const [old, all] = [refs(before), refs(now)];
  const parts: [string, string[]][] = [
    ["New in the set", [...all].filter((name) => !old.has(name))],
    ["No longer in it", [...old].filter((name) => !all.has(name))],
  ];
  return (
    <div class="notice warn" role="status">
      <strong>The set changed since you opened this page.</strong>
      {parts.map(
        ([title, names]) =>
          names.length > 0 && (
            <p key={title}>
              {title}: <bdi>{names.slice(0, 20).join(", ")}</bdi>
              {names.length > 20 && ` and ${names.length - 20} more`}
            </p>
          ),
      )}
    </div>
  );
}
