// What is around every page: where one can go, whether the data is live, and who is asked.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { down, heardAt, held, loaded, restart, sight } from "../live";
import { kindOfPage } from "../kinds";
import { go, path, to } from "../router";
import { Link, Skip } from "./link";
import { me } from "./actions";
import { since } from "./words";

const PAGES = [
  ["", "Overview"],
  ["syncs", "Syncs"],
  ["objects", "Objects"],
  ["clusters", "Clusters"],
  ["waits", "Waits"],
  ["held", "Held"],
  ["trace", "Trace"],
  ["me", "Me"],
] as const;

export function Shell({ children }: { children: ComponentChildren }) {
  const here = kindOfPage(path.value[0]) ? "syncs" : path.value[0];
  useEffect(() => document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [here]);
  return (
    <>
      <Skip />
      <header class="top">
        <Link to="" class="brand" label="Vidra, overview">
          <span class="mark" aria-hidden="true" /> Vidra
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(([name, title]) => (
            <Link key={name} to={name} current={here === name}>
              {title}
            </Link>
          ))}
        </nav>
        <Find />
        <Live />
      </header>
      <Notices />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer>
        <span>
          <bdi>{me.value?.server ?? ""}</bdi>
        </span>
        <span>{me.value ? `vidra ${me.value.version}` : ""}</span>
        <Theme />
      </footer>
    </>
  );
}

/** Leads to an object by kind and name, or searches. */
function Find() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const writing = (event.target as HTMLElement).closest("input, select, textarea, dialog");
      if ((event.key === "/" && !writing) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        field.current?.focus();
      }
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const find = (event: Event) => {
    event.preventDefault();
    const text = field.current!.value.trim();
    if (text.includes("/")) go(to(["trace"], { object: text }));
    else if (text) go(to(["objects"], { q: text }));
  };
  return (
    <form role="search" class="find" onSubmit={find}>
      <input ref={field} type="search" maxLength={253} aria-label="Find an object: its name, or deploy/name" placeholder="Find: name, or deploy/name  ( / )" />
    </form>
  );
}

function Live() {
  const at = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (at.value = Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  if (down.value) return <span class="live off">{heardAt.value ? `${since(heardAt.value, at.value)} old` : "not live"}</span>;
  return <span class={`live ${loaded.value ? "on" : ""}`}>{loaded.value ? "live" : "loading"}</span>;
}

/** What is wrong with what is shown, and what waits for a person, on every page. */
function Notices() {
  const hidden = notSeen();
  return (
    <div class="notices" role="status">
      {down.value && (
        <p class="notice bad">
          No changes arrive: <bdi>{down.value}</bdi>. What is shown may be old.{" "}
          <button type="button" class="small" onClick={restart}>
            Try again
          </button>
        </p>
      )}
      {!down.value &&
        [...hidden].map(([why, kinds]) => (
          <p class="notice warn" key={why}>
            {kinds.join(" and ")} cannot be seen: <bdi>{why}</bdi>{" "}
            <button type="button" class="small" onClick={restart}>
              Try again
            </button>
          </p>
        ))}
      {held.value > 0 && path.value[0] !== "held" && (
        <p class="notice warn">
          {held.value === 1 ? "A prune is held until somebody approves it." : `${held.value.toLocaleString("en")} prunes are held until somebody approves them.`}{" "}
          <Link to="held">See what would be deleted</Link>
        </p>
      )}
    </div>
  );
}

/** Kinds that cannot be seen, by why. */
function notSeen(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [kind, { current, why = "" }] of Object.entries(sight.value))
    if (!current) found.set(why, [...(found.get(why) ?? []), kind]);
  return found;
}

const THEMES = ["auto", "light", "dark"];

function Theme() {
  const chosen = useSignal(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = chosen.value;
    localStorage.setItem("theme", chosen.value);
  }, [chosen.value]);
  const next = () => (chosen.value = THEMES[(THEMES.indexOf(chosen.value) + 1) % THEMES.length]!);
  return (
    <button type="button" class="small" onClick={next}>
      Colours: {chosen.value}
    </button>
  );
}
