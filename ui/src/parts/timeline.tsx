// From data to healthy: each text with its times, in words and as a bar.
import { RESOURCE, type Ref, apiOf, pageOf } from "../kinds";
import type { Spread, Text, Timeline } from "../types";
import { useAsked } from "./ask";
import { Link } from "./link";
import { Ago, Empty, Failed, Prose, plural } from "./words";

export function TimelineTab({ kind, name, version }: Ref & { version: string }) {
  const { value, error } = useAsked<Timeline>(apiOf("timeline", { kind, name }), {}, version).value;
  if (error) return <Failed why={error} />;
  if (!value) return <p class="loading">Loading…</p>;
  if (!value.texts.length)
    return (
      <Empty title="No change was delivered yet">
        <p class="faint">From the next change on, this shows when it was found, applied and healthy.</p>
      </Empty>
    );
  const longest = Math.max(1, ...value.texts.map((text) => text.untilHealthy ?? text.untilApplied ?? 0));
  return (
    <>
      <p class="summary">
        {said(value.applied, "applied")} {said(value.healthy, "healthy")}
      </p>
      <p class="faint" aria-hidden="true">
        <span class="key bar-applied" /> until it was applied <span class="key bar-healthy" /> until it was healthy{" "}
        <span class="key bar-open" /> not there
      </p>
      <ul class="timeline">
        {value.texts.map((text) => (
          <Row key={`${text.resource} ${text.checksum} ${text.seen}`} text={text} longest={longest} own={kind !== RESOURCE} />
        ))}
      </ul>
      {value.leftOut > 0 && <p class="faint">and {value.leftOut.toLocaleString("en")} older</p>}
      {value.unknown > 0 && <p class="faint">Of {plural(value.unknown, "VidraResource")} no time is known: nothing new came since.</p>}
    </>
  );
}

function said(spread: Spread | null, word: string): string {
  if (!spread) return "";
  if (spread.texts === 1) return `One text was ${word} after ${took(spread.half)}.`;
  return `Of ${spread.texts.toLocaleString("en")} texts, half were ${word} within ${took(spread.half)}, and 95 % within ${took(spread.most)}.`;
}

function Row({ text, longest, own }: { text: Text; longest: number; own: boolean }) {
  const { untilApplied, untilHealthy } = text;
  const name = text.revision || text.checksum.slice(0, 12);
  return (
    <li>
      <div class="timeline-head">
        <span class="mono clip" title={text.revision || text.checksum}>
          <bdi>{name}</bdi>
        </span>
        {own && (
          <span class="clip" title={text.resource}>
            <Link to={pageOf({ kind: RESOURCE, name: text.resource })}>
              <bdi>{text.unit || text.resource}</bdi>
            </Link>
          </span>
        )}
        {text.server && (
          <span class="faint clip">
            on <bdi>{text.server}</bdi>
          </span>
        )}
        <span class="faint">
          found <Ago time={text.seen} /> ago
        </span>
      </div>
      <Bar applied={untilApplied} healthy={untilHealthy} longest={longest} />
      <p class="message">
        {untilApplied === undefined ? "Not applied" : `Applied after ${took(untilApplied)}`}
        {untilHealthy !== undefined && `, healthy after ${took(untilHealthy)}`}
        {untilHealthy === undefined && (text.waits ? " yet; " : untilApplied === undefined ? ": a newer text took its place" : ", not healthy before a newer text came")}
        {text.waits && <Prose text={text.waits} />}
      </p>
    </li>
  );
}

/** The same as the sentence below it, drawn: to scale with the longest of the list. */
function Bar({ applied, healthy, longest }: { applied: number | undefined; healthy: number | undefined; longest: number }) {
  const share = (seconds: number) => `${Math.max(1, (100 * seconds) / longest)}%`;
  return (
    <div class="bar" aria-hidden="true">
      {applied !== undefined && <span class="bar-applied" style={{ width: share(applied) }} />}
      {healthy !== undefined && <span class="bar-healthy" style={{ width: share(healthy - (applied ?? 0)) }} />}
      {healthy === undefined && <span class="bar-open" />}
    </div>
  );
}

/** A duration for a person. */
export function took(seconds: number): string {
  if (seconds < 1) return "less than a second";
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, length] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    if (rest >= length) parts.push(`${Math.floor(rest / length)} ${unit}`);
    rest %= length;
  }
  return parts.slice(0, 2).join(" ");
}
