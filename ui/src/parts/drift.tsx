// What differs from what was applied, who changed it, and the ways out.
import { RESOURCE, type Ref, apiOf, pageOf } from "../kinds";
import type { Drifting } from "../types";
import { useAsked } from "./ask";
import { Link } from "./link";
import { Advice, Badge, Command, Empty, Failed, Prose } from "./words";

export function DriftTab({ kind, name, version }: Ref & { version: string }) {
  const { value, error } = useAsked<Drifting[]>(apiOf("drift", { kind, name }), {}, version).value;
  if (error) return <Failed why={error} />;
  if (!value) return <p class="loading">Loading…</p>;
  if (!value.length) return <Empty title="No object differs from what was applied, or all that did was reverted" />;
  return (
    <ul class="cards">
      {value.map((each) => (
        <One key={`${each.resource} ${each.object} ${each.fights}`} drift={each} own={kind !== RESOURCE} />
      ))}
    </ul>
  );
}

function One({ drift, own }: { drift: Drifting; own: boolean }) {
  return (
    <li class="card">
      <div class="card-head">
        <Badge state={drift.fights ? "fighting" : "drifted"} />
        <strong>
          <bdi>{drift.object}</bdi>
        </strong>
        {own && (
          <span class="faint">
            of{" "}
            <Link to={pageOf({ kind: RESOURCE, name: drift.resource })}>
              <bdi>{drift.resource}</bdi>
            </Link>
          </span>
        )}
      </div>
      {drift.fields && (
        <p class="message">
          {drift.fields.map((field) => (
            <code key={field}>{field} </code>
          ))}
        </p>
      )}
      {drift.message && (
        <p class="message">
          <Prose text={drift.message} />
        </p>
      )}
      {!drift.fights && <p class="faint">Changed by: {drift.managers?.join(", ") || "somebody who is not known"}</p>}
      <Advice reason={drift.fights ? "DriftFight" : "Drifted"} />
      {drift.fields && (
        <p>
          To leave these fields to others, in <code>spec</code>: <Command text={ignoring(drift.fields)} />
        </p>
      )}
      <p class="commands">
        {drift.commands?.map((command) => (
          <Command key={command} text={command} />
        ))}
      </p>
    </li>
  );
}

/** A part of a spec that says so, as JSON pointers. */
function ignoring(fields: string[]): string {
  const pointers = fields.map((field) => `/${field.replace(/^\//, "").replaceAll(".", "/")}`);
  return `ignoreDifferences: [{jsonPointers: ${JSON.stringify(pointers)}}]`;
}
