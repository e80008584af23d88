// What pages of one sync and of one VidraResource have in common.
import type { ComponentChildren } from "preact";
import { Link } from "./link";
import { Actions } from "./actions";
import { useAsked } from "./ask";
import { Advice, Ago, Badge, Command, Empty, Failed, Prose, meaning } from "./words";
import type { Detail, EventRow, Row, YamlText } from "../types";
import { External } from "./link";
import { type Ref, pageOf } from "../kinds";

export function Header({ kind, name, row, detail, above }: { kind: string; name: string; row: Row | undefined; detail: Detail | undefined; above?: ComponentChildren }) {
  const state = row?.state ?? detail?.state ?? "progressing";
  return (
    <div class="subject">
      <p class="faint above">
        {kind}
        {above}
      </p>
      <div class="subject-head">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <Badge state={state} />
        {row?.drifted && <Badge state="drifting" />}
        {row?.health && row.health !== "Current" && <span class="faint">health: {row.health}</span>}
      </div>
      {row && (
        <p class="message" title={meaning(row.reason)}>
          <strong>{row.reason}</strong> for <Ago time={row.since} /> — <Prose text={whole(row, detail)} />
        </p>
      )}
      {state !== "ready" && <Advice reason={row?.reason} />}
      {detail && <Actions kind={kind} name={name} uid={detail.uid} suspended={row?.suspended ?? false} />}
    </div>
  );
}

/** The whole message of the state that the row has the beginning of. */
function whole(row: Row, detail: Detail | undefined): string {
  const ready = detail?.conditions.find((each) => each.type === "Ready");
  return ready?.reason === row.reason ? ready!.message : (row.message ?? "");
}

export function Tabs({ of, tabs, current }: { of: Ref; tabs: [string, string][]; current: string }) {
  return (
    <nav class="tabs" aria-label="Parts">
      {tabs.map(([tab, title]) => (
        <Link key={tab} to={pageOf(of, tab)} current={tab === current}>
          {title}
        </Link>
      ))}
    </nav>
  );
}

export function Facts({ detail }: { detail: Detail }) {
  return (
    <>
      <table class="grid" tabIndex={0}>
        <caption>Conditions</caption>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Status</th>
            <th scope="col">Reason</th>
            <th scope="col">Since</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          {detail.conditions.map((each) => (
            <tr key={each.type}>
              <th scope="row">{each.type}</th>
              <td>{each.status}</td>
              <td title={meaning(each.reason)}>{each.reason}</td>
              <td>
                <Ago time={each.lastTransitionTime} />
              </td>
              <td class="long">
                <Prose text={each.message} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="facts">
        {Object.entries(detail.facts).map(([title, fact]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{fact.includes("T") && !Number.isNaN(Date.parse(fact)) ? <Ago time={fact} /> : <External text={fact} />}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function Yaml({ yaml }: { yaml: YamlText }) {
  return (
    <>
      <p class="faint">Values of Secrets are masked. {yaml.left_out}</p>
      <pre class="yaml" tabIndex={0} aria-label="YAML">
        {yaml.text}
      </pre>
    </>
  );
}

export function Events({ about, version }: { about: string; version: string }) {
  const { value, error } = useAsked<EventRow[]>("events", { about }, version).value;
  if (error) return <Failed why={error} />;
  if (!value) return <p class="loading">Loading…</p>;
  if (!value.length)
    return (
      <Empty title="No Events">
        <p class="faint">A cluster keeps them for an hour, as a rule.</p>
      </Empty>
    );
  return (
    <ul class="events">
      {value.map((event, index) => (
        <li key={index} class={event.type === "Warning" ? "warning" : ""}>
          <Ago time={event.time} />
          <span class="strong" title={meaning(event.reason)}>
            {event.reason}
            {event.count > 1 && <span class="faint"> × {event.count}</span>}
          </span>
          <span>
            <Prose text={event.message} /> <span class="faint">{event.about}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Commands({ lines }: { lines: string[] }) {
  return (
    <p class="commands">
      <span class="faint">On a terminal:</span>
      {lines.map((line) => (
        <Command key={line} text={line} />
      ))}
    </p>
  );
}
