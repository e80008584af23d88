// Filters above a list: each is a part of the address.
import { query, setQuery } from "../router";
import { STATES } from "./words";

export function Search({ label }: { label: string }) {
  return (
    <input
      type="search"
      class="filter"
      aria-label={label}
      placeholder={label}
      maxLength={253}
      value={query.value.get("q") ?? ""}
      onInput={(event) => setQuery("q", event.currentTarget.value)}
    />
  );
}

/** Buttons, one for each value that there is. */
export function Choice({ name, counts, order }: { name: string; counts: Map<string, number>; order?: string[] }) {
  const chosen = query.value.get(name) ?? "";
  const values = order ? order.filter((value) => counts.has(value) || value === chosen) : [...counts.keys()].sort();
  if (values.length < 2 && !chosen) return null;
  return (
    <div class="choice" role="group" aria-label={name}>
      {values.map((value) => (
        <button
          type="button"
          key={value}
          aria-pressed={value === chosen}
          onClick={() => setQuery(name, value === chosen ? "" : value)}
        >
          {STATES[value]?.word ?? value} <span class="count">{(counts.get(value) ?? 0).toLocaleString("en")}</span>
        </button>
      ))}
    </div>
  );
}

/** A list to choose from, where there are many values. */
export function Select({ name, label, values }: { name: string; label: string; values: Iterable<string> }) {
  const all = [...new Set(values)].sort();
  if (all.length < 2 && !query.value.get(name)) return null;
  return (
    <select class="filter" aria-label={label} value={query.value.get(name) ?? ""} onChange={(event) => setQuery(name, event.currentTarget.value)}>
      <option value="">{label}: all</option>
      {all.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  );
}

/** Whether some texts hold what is searched for: a part of them, or with * a pattern. */
export function matcher(search: string): (...texts: string[]) => boolean {
  const parts = search.toLowerCase().split("*");
  if (!search) return () => true;
  return (...texts) => texts.some((text) => holds(text.toLowerCase(), parts));
}

function holds(text: string, parts: string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

export function counted<T>(items: Iterable<T>, by: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return counts;
}
