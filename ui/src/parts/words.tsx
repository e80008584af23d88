// Small parts that every page is made of.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import reasons from "virtual:reasons";

export const STATES: Record<string, { word: string; tone: string }> = {
  ready: { word: "Ready", tone: "good" },
  current: { word: "Current", tone: "good" },
  ok: { word: "Present", tone: "good" },
  applied: { word: "Applied", tone: "plain" },
  ended: { word: "Ended", tone: "plain" },
  unconfirmed: { word: "Not confirmed", tone: "busy" },
  progressing: { word: "In progress", tone: "busy" },
  waiting: { word: "Waiting", tone: "busy" },
  terminating: { word: "Terminating", tone: "busy" },
  deleting: { word: "Deleting", tone: "busy" },
  held: { word: "Held", tone: "warn" },
  drifted: { word: "Drifted", tone: "warn" },
  fighting: { word: "Fought over", tone: "bad" },
  drifting: { word: "Drifting", tone: "warn" },
  unreachable: { word: "Unreachable", tone: "warn" },
  unknown: { word: "Unknown", tone: "warn" },
  suspended: { word: "Suspended", tone: "plain" },
  failing: { word: "Failing", tone: "bad" },
  failed: { word: "Failed", tone: "bad" },
  problem: { word: "Problem", tone: "bad" },
  missing: { word: "Missing", tone: "bad" },
};

export function Badge({ state }: { state: string }) {
  const { word, tone } = STATES[state] ?? { word: state, tone: "plain" };
  return <span class={`badge ${tone}`}>{word}</span>;
}

const now = () => Date.now();

/** How long ago something was; its exact time on hover. */
export function Ago({ time }: { time: string | undefined }) {
  const at = useSignal(now());
  useEffect(() => {
    const timer = setInterval(() => (at.value = now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (!time) return <span class="faint">–</span>;
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {since(Date.parse(time), at.value)}
    </time>
  );
}

export function since(then: number, at: number): string {
  const seconds = Math.max(0, Math.round((at - then) / 1000));
  for (const [unit, length] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
  ] as const)
    if (seconds >= 2 * length) return `${Math.floor(seconds / length)}${unit}`;
  return `${seconds}s`;
}

/** Text with `code` in it, as conditions.md and messages have it. */
export function Prose({ text }: { text: string }) {
  return (
    <bdi>{text.split("`").map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}</bdi>
  );
}

/** What a reason means and what to do, from the documentation's own tables. */
export function Advice({ reason }: { reason: string | undefined }) {
  const found = reasons[reason ?? ""];
  if (!found) return null;
  return (
    <p class="advice">
      <strong>What to do:</strong> <Prose text={found[1]} />
    </p>
  );
}

export function meaning(reason: string | undefined): string {
  return reasons[reason ?? ""]?.[0] ?? "";
}

/** A command, with a button that copies it. */
export function Command({ text }: { text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    setTimeout(() => (copied.value = false), 1500);
  };
  return (
    <span class="command">
      <code>{text}</code>
      <button type="button" class="small" onClick={copy} aria-label={`Copy: ${text}`}>
        {copied.value ? "Copied" : "Copy"}
      </button>
    </span>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Failed({ why }: { why: string }) {
  return (
    <p class="notice bad" role="alert">
      <bdi>{why}</bdi>
    </p>
  );
}

export function plural(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}
