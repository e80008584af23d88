// Which page is shown: every state has an address, so that back works and a link shows another person the same.
import { computed, signal } from "@preact/signals";
import { BASE } from "./api";

const here = signal(location.pathname + location.search);
addEventListener("popstate", () => (here.value = location.pathname + location.search));

export const path = computed(() =>
  decodeURI(here.value.split("?")[0]!.slice(BASE.length)).replace(/\/+$/, "").split("/").map(decodeURIComponent),
);
export const query = computed(() => new URLSearchParams(here.value.split("?")[1] ?? ""));

export function go(to: string): void {
  history.pushState(null, "", BASE + to);
  here.value = location.pathname + location.search;
  scrollTo(0, 0);
}

/** Change a part of the query, without a new entry in the history for every letter. */
export function setQuery(name: string, value: string): void {
  const next = new URLSearchParams(query.value);
  if (value) next.set(name, value);
  else next.delete(name);
  const text = next.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
  here.value = location.pathname + location.search;
}

/** An address below the page's own. */
export function to(parts: string[], search: Record<string, string> = {}): string {
  const given = Object.entries(search).filter(([, value]) => value);
  const text = given.length ? `?${new URLSearchParams(given)}` : "";
  return parts.map(encodeURIComponent).join("/") + text;
}
